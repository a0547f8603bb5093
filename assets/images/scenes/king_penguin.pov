// King penguins on a beach.
#include "common.inc"
camera { location <0, 2.4, -10> right x up y look_at <-0.05, 2.2, 0> angle 28 }
Lamp(<-8, 12, -8>, <1.08, 1.05, 1>, 5)
Skylight(<0.52, 0.54, 0.58>)
Backdrop(60, 20, <0.42, 0.48, 0.46>, <0.55, 0.6, 0.58>, <0.66, 0.7, 0.7>, <0.48, 0.54, 0.46>)
plane {
    y, -0.3
    pigment { granite scale 1.5 color_map { [0 srgb <0.36, 0.36, 0.33>] [0.5 srgb <0.5, 0.5, 0.45>] [1 srgb <0.64, 0.62, 0.56>] } }
    normal { bumps 0.8 scale 0.15 }
}
// The body stands along y; its front looks to -x. What it wears depends on the way round and on the height.
#declare Stout = function(u) { (0.36 + 0.78 * pow(max(0, sin(pi * pow(u, 0.8))), 0.8)) * (1 - 0.34 * u) }
#declare KX = function(u, v) { Stout(u) * (0.86 + 0.14 * u) * cos(2 * pi * v) - 0.1 * sin(pi * u) }
#declare KZ = function(u, v) { 0.86 * Stout(u) * sin(2 * pi * v) }
#declare KY = function(u, v) { 3.5 * u }
#declare Slate = pigment { bozo scale <0.04, 0.12, 0.04> color_map { [0 srgb <0.26, 0.29, 0.34>] [1 srgb <0.4, 0.44, 0.5>] } }
#declare Chest = pigment { gradient y color_map { [0 srgb <0.96, 0.95, 0.92>] [0.62 srgb <0.96, 0.95, 0.92>] [0.78 srgb <0.98, 0.9, 0.6>] [0.92 srgb <0.98, 0.7, 0.16>] [1 srgb <0.95, 0.56, 0.06>] } scale 3.6 }
#declare Ink = pigment { srgb <0.05, 0.05, 0.06> }
#declare Coat = texture {
    pigment {
        function { 0.5 + 0.5 * (x + 0.12 + 0.05 * y) / sqrt((x + 0.1) * (x + 0.1) + z * z * 1.3) }
        pigment_map { [0.52 Chest] [0.54 Ink] [0.62 Ink] [0.65 Slate] [1 Slate] }
    }
    finish { diffuse 0.85 specular 0.12 roughness 0.06 }
}
#macro Penguin(Look)
    union {
        object { Surface(KX, KY, KZ, 50, 60) texture { Coat } }
        // Neck and head, turned; an orange patch behind each cheek
        union {
            union {
                sphere_sweep { b_spline 5, <0, -0.6, 0>, 0.5, <0, -0.25, 0>, 0.47, <0, 0.15, 0>, 0.4, <-0.02, 0.5, 0>, 0.42, <-0.04, 0.9, 0>, 0.4 }
                sphere { 0, 1 scale <0.5, 0.42, 0.41> translate <-0.08, 0.52, 0> }
                texture {
                    pigment {
                        function { min(0.999, max(0, sqrt(pow((x - 0.14 - 0.15 * (y - 0.2)) / 0.2, 2) + pow((y - 0.2) / 0.42, 2)) * 0.5 + select(abs(z) - 0.13, 1, 0))) }
                        pigment_map { [0.42 srgb <0.98, 0.62, 0.06>] [0.5 srgb <0.99, 0.72, 0.14>] [0.53 Ink] [1 Ink] }
                    }
                    finish { diffuse 0.85 specular 0.25 roughness 0.04 }
                }
            }
            #for (S, -1, 1, 2) sphere { <-0.3, 0.6, S * 0.34>, 0.05 pigment { srgb <0.2, 0.12, 0.06> } finish { specular 1 roughness 0.01 } } #end
            // The long beak, orange along the lower half
            sphere_sweep { cubic_spline 5, <0, 0.5, 0>, 0.16, <-0.4, 0.52, 0>, 0.14, <-0.85, 0.5, 0>, 0.065, <-1.25, 0.4, 0>, 0.03, <-1.4, 0.3, 0>, 0.02 pigment { Ink } finish { specular 0.5 } }
            sphere_sweep { cubic_spline 5, <-0.3, 0.46, 0>, 0.08, <-0.45, 0.45, 0>, 0.1, <-0.8, 0.445, 0>, 0.062, <-1.05, 0.4, 0>, 0.03, <-1.2, 0.36, 0>, 0.02 pigment { srgb <0.96, 0.48, 0.14> } finish { specular 0.5 } }
            rotate y * Look translate <-0.05, 3.55, 0>
        }
        // Flippers
        #for (S, -1, 1, 2)
            sphere { 0, 1 scale <0.3, 1.15, 0.09> translate y * -1.0 rotate <S * -9, 0, 4> translate <0.1, 2.95, S * 0.72> pigment { Slate } }
        #end
        // Feet and tail
        #for (S, -1, 1, 2) sphere { 0, 1 scale <0.42, 0.1, 0.2> translate <-0.3, -0.2, S * 0.32> pigment { srgb 0.1 } } #end
        cone { <0.3, 0.3, 0>, 0.3, <0.75, -0.25, 0>, 0.05 pigment { Slate } }
    }
#end
object { Penguin(22) rotate y * -42 translate <-0.1, 0, 0> }
object { Penguin(-30) rotate y * -130 scale 0.95 translate <2.3, 0, 5> }
object { Penguin(0) rotate y * -60 scale 0.95 translate <-3.2, 0, 8> }
