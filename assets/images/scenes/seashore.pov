// A beach: wet sand, surf, the open sea, a headland.
#include "common.inc"
camera { location <0, 3.2, -10> right x up y look_at <0.3, 1.75, 6> angle 56 }
light_source { <-200, 260, -100> rgb <1.2, 1.15, 1.05> }
Skylight(<0.45, 0.5, 0.58>)
Sky(<0.78, 0.88, 0.97>, <0.22, 0.48, 0.84>, 0.5, <0.97, 0.98, 1>)
// The line where the sea ends, as z over x; the shore runs away to the right.
#declare Line = function(x) { -2.2 + 0.42 * x + 0.5 * sin(x * 0.7) + 0.22 * sin(x * 1.9 + 1) }
#declare Reach = function(x, z) { z - Line(x) + 0.5 * (Noise(x * 1.2, 0, z * 1.2) - 0.5) }
#declare Dry = pigment { bozo scale 0.3 turbulence 0.6 color_map { [0 srgb <0.8, 0.7, 0.53>] [1 srgb <0.9, 0.81, 0.65>] } }
#declare Wet = pigment { bozo scale <1, 1, 0.3> color_map { [0 srgb <0.52, 0.43, 0.32>] [1 srgb <0.6, 0.51, 0.39>] } }
#declare Shallow = pigment { srgb <0.32, 0.62, 0.62> }
#declare Deep = pigment { bozo scale <3, 1, 0.7> turbulence 0.3 color_map { [0 srgb <0.05, 0.3, 0.46>] [1 srgb <0.1, 0.4, 0.55>] } }
#declare Foam = pigment {
    bozo scale <0.22, 0.2, 0.1> turbulence 0.8
    color_map { [0 srgb <0.45, 0.7, 0.7>] [0.38 srgb <0.6, 0.78, 0.78>] [0.48 srgb <0.97, 0.98, 0.98>] [1 srgb 1] }
}
plane {
    y, 0
    texture {
        pigment {
            function { min(0.999, max(0, (Reach(x, z) + 3) / 40)) }
            pigment_map {
                [0.02 Dry] [0.04 Wet] [0.073 Wet] [0.075 Foam] [0.088 Foam] [0.1 Shallow] [0.125 Shallow] [0.135 Foam]
                [0.15 Shallow] [0.2 Shallow] [0.4 Deep] [1 Deep]
            }
        }
        normal {
            function { min(0.999, max(0, (Reach(x, z) + 3) / 40)) }
            normal_map { [0.07 bumps 0.25 scale 0.1] [0.1 bumps 0.35 scale <0.9, 0.5, 0.3>] [1 bumps 0.4 scale <1.6, 0.6, 0.5>] }
        }
        finish { diffuse 0.85 specular 0.08 roughness 0.03 reflection { 0.02, 0.22 } }
    }
}
// Breakers rolling in
#for (K, 0, 2)
    sphere_sweep {
        b_spline 20
        #for (I, 0, 19)
            #local X = -12 + I * 1.5;
            , <X, 0.02, Line(X) + 3.3 + 3.2 * K + 0.4 * sin(I * 1.3 + K * 2)>, max(0.03, 0.17 + 0.1 * sin(I * 0.8 + K * 2.4))
        #end
        pigment { bozo scale <0.3, 0.2, 0.15> turbulence 0.5 color_map { [0 srgb <0.4, 0.66, 0.68>] [0.4 srgb <0.8, 0.9, 0.92>] [1 srgb 1] } }
        normal { bumps 0.8 scale 0.12 }
    }
#end
// The headland
#for (I, 0, 22)
    sphere {
        0, 1 scale <5, 5.4 - 0.22 * I + 0.7 * sin(I * 1.7), 5> translate <44 - 2.3 * I, -0.4, 46 + 2 * sin(I * 2.1)>
        pigment { bozo scale 0.25 turbulence 0.7 color_map { [0 srgb <0.25, 0.36, 0.25>] [0.6 srgb <0.38, 0.46, 0.3>] [1 srgb <0.55, 0.52, 0.44>] } }
        normal { bumps 0.9 scale 0.16 }
    }
#end
// Stones in the sand
#declare Chance = seed(12);
#for (I, 1, 14)
    sphere {
        0, 1 scale <0.22, 0.12, 0.16> * (0.4 + rand(Chance)) rotate y * 360 * rand(Chance)
        translate <1 + 4 * rand(Chance), 0, -5.6 + 1.6 * rand(Chance)> pigment { srgb <0.42, 0.38, 0.34> } normal { bumps 0.5 scale 0.2 }
    }
#end
