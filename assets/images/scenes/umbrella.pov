// An open umbrella in eight colours standing in the grass.
#include "common.inc"
camera { location <0, 1.9, -7.4> right x up y look_at <0.05, 1.48, 0> angle 35 }
Lamp(<-30, 50, -40>, <1.15, 1.1, 1>, 8)
Skylight(<0.48, 0.52, 0.58>)
Sky(<0.8, 0.88, 0.96>, <0.36, 0.58, 0.88>, 0.5, <0.97, 0.98, 1>)
plane {
    y, 0
    pigment { bozo scale <0.8, 1, 0.8> turbulence 0.5 color_map { [0 srgb <0.26, 0.42, 0.14>] [1 srgb <0.42, 0.56, 0.22>] } }
    normal { bumps 0.6 scale 0.06 }
}
object { Grass(<-4, 0, -3>, <4, 0, 8>, 5000, 0.32, 4) }
// Bushes along the meadow
#declare Chance = seed(8);
#for (I, 0, 60)
    sphere {
        0, 1 scale <1.2, 0.7 + 0.9 * rand(Chance), 1> translate <-17 + 0.57 * I, 0.2, 16 + 4 * rand(Chance)>
        pigment { bozo scale 0.12 color_map { [0 srgb <0.1, 0.22, 0.08>] [1 srgb <0.3, 0.44, 0.16>] } }
        normal { bumps 1 scale 0.15 }
    }
#end
// One gore: between two ribs, its rim scalloped, its cloth slightly sunk between the ribs.
#declare Depth = function(u) { 1.02 * (1 - cos(u * 1.18)) / (1 - cos(1.18)) }
#declare Reach = function(u, v) { 2.1 * sin(u * 1.18) / sin(1.18) * (1 - 0.13 * u * sin(pi * v)) }
#declare GX = function(u, v) { Reach(u, v) * cos((v - 0.5) * pi / 4) }
#declare GZ = function(u, v) { Reach(u, v) * sin((v - 0.5) * pi / 4) }
#declare GY = function(u, v) { -Depth(u) * (1 - 0.06 * u * sin(pi * v)) }
#declare Gore = object { Surface(GX, GY, GZ, 20, 14) }
#declare Colours = array[8] { <0.86, 0.1, 0.1>, <0.96, 0.5, 0.06>, <0.98, 0.84, 0.1>, <0.3, 0.68, 0.16>, <0.1, 0.6, 0.62>, <0.12, 0.32, 0.78>, <0.4, 0.18, 0.62>, <0.86, 0.18, 0.5> }
#declare Steel = texture { pigment { srgb <0.7, 0.7, 0.72> } finish { specular 0.6 } }
union {
    #for (K, 0, 7)
        object {
            Gore rotate y * (K * 45 + 10)
            pigment { srgb Colours[K] } finish { diffuse 0.8, 0.35 specular 0.15 roughness 0.05 }
        }
        sphere_sweep {
            cubic_spline 6,
            #for (J, -1, 4) <GX(J / 4 * 1.01, 0), GY(J / 4 * 1.01, 0) - 0.02, GZ(J / 4 * 1.01, 0)>, 0.018 #if (J < 4) , #end #end
            rotate y * (K * 45 + 10) texture { Steel }
        }
    #end
    cylinder { y * 0.22, y * -2.7, 0.035 texture { Steel } }
    cone { 0, 0.06, y * 0.3, 0.02 pigment { srgb 0.1 } }
    intersection {
        torus { 0.24, 0.06 rotate x * 90 } plane { y, 0 }
        translate <0.24, -2.7, 0> pigment { srgb <0.34, 0.18, 0.08> } finish { specular 0.4 }
    }
    rotate <-58, 0, 20> translate <-0.15, 1.95, -0.9>
}
