// A red sports car on an open road.
#include "common.inc"
camera { location <-6.2, 2.5, -6.6> right x up y look_at <-0.12, 0.66, 0> angle 26 }
Lamp(<-20, 40, -22>, <1.1, 1.07, 1>, 8)
Skylight(<0.46, 0.5, 0.55>)
Sky(<0.82, 0.88, 0.94>, <0.42, 0.6, 0.84>, 0.4, <0.96, 0.97, 1>)
plane { y, 0 pigment { granite scale 0.3 color_map { [0 srgb <0.36, 0.36, 0.37>] [1 srgb <0.5, 0.5, 0.5>] } } }
box { <-900, 0, 3>, <900, 0.03, 2000> pigment { bozo scale 0.6 turbulence 0.4 color_map { [0 srgb <0.28, 0.42, 0.14>] [1 srgb <0.44, 0.55, 0.22>] } } }
box { <-60, 0, 2.3>, <60, 0.012, 2.42> pigment { srgb 0.9 } }
#declare Chance = seed(23);
#for (I, 0, 70)
    sphere {
        0, 1 scale <1.3, 0.9 + 1.3 * rand(Chance), 1> translate <-22 + 0.7 * I, 0.3, 15 + 4 * rand(Chance)>
        pigment { bozo scale 0.12 color_map { [0 srgb <0.08, 0.18, 0.06>] [1 srgb <0.3, 0.44, 0.16>] } } normal { bumps 1 scale 0.12 }
    }
#end
// The body, nose at -x: for each place along it a rounded section from the sill to the top line.
#declare Ends = function(u) { pow(max(0, 1 - pow(abs(2 * u - 1), 5)), 0.4) }
#declare Half = function(u) { 0.96 * Ends(u) * (0.9 + 0.1 * sin(pi * u)) }
#declare TopLine = function(u) { 0.56 + 0.3 * pow(min(1, u * 1.5), 0.6) + 0.06 * exp(-pow((u - 0.8) / 0.12, 2)) }
#declare Floor = 0.2;
#declare Fold = function(c, p) { pow(abs(c), p) * select(c, -1, 0, 1) }
#declare CX = function(u, v) { 2.25 * (2 * u - 1) * (1 + 0.02 * cos(2 * pi * v)) }
#declare Mid = function(u) { Floor + (TopLine(u) - Floor) * 0.5 }
#declare Hips = function(u, v) {
    0.12 * (exp(-pow((u - 0.19) / 0.1, 2)) + exp(-pow((u - 0.8) / 0.12, 2))) * exp(-pow((abs(sin(2 * pi * v)) - 0.75) / 0.25, 2)) * select(cos(2 * pi * v), 0, 1)
}
#declare CY = function(u, v) { Mid(u) + (TopLine(u) - Floor) * 0.5 * Fold(cos(2 * pi * v), 0.6) * (0.35 + 0.65 * Ends(u)) + Hips(u, v) }
#declare CZ = function(u, v) { Half(u) * Fold(sin(2 * pi * v), 0.5) }
#declare Red = texture { pigment { srgb <0.84, 0.04, 0.03> } finish { diffuse 0.8 specular 0.9 roughness 0.006 reflection { 0.03, 0.35 } } }
#declare Black = texture { pigment { srgb 0.05 } finish { specular 0.3 } }
#declare Glass = texture { pigment { srgb <0.05, 0.06, 0.075> } finish { diffuse 0.6 specular 0.9 roughness 0.004 reflection { 0.08, 0.5 } } }
// The cabin: a low dome, glass all round under a red roof.
#declare GX = function(u, v) { 0.32 + (1.28 - 0.62 * u) * Fold(cos(2 * pi * v), 0.8) + 0.16 * u }
#declare GZ = function(u, v) { (0.84 - 0.24 * u) * Fold(sin(2 * pi * v), 0.7) }
#declare GY = function(u, v) { 0.74 + 0.5 * pow(u, 0.85) }
#declare Arch = union {
    #for (W, -1, 1, 2) #for (S, -1, 1, 2) cylinder { <W * 1.4, 0.34, S * 1.2>, <W * 1.4, 0.34, S * 0.6>, 0.385 } #end #end
}
union {
    difference {
        object { Surface(CX, CY, CZ, 90, 72) texture { Red } }
        object { Arch texture { Black } }
    }
    object { Surface(GX, GY, GZ, 12, 64) texture { Glass } }
    sphere { 0, 1 scale <0.82, 0.085, 0.6> translate <0.5, 1.22, 0> texture { Red } }
    // Pillars
    #for (S, -1, 1, 2)
        cylinder { <-0.92, 0.78, S * 0.66>, <-0.16, 1.23, S * 0.5>, 0.035 texture { Red } }
        cylinder { <0.75, 0.78, S * 0.83>, <0.8, 1.23, S * 0.54>, 0.04 texture { Red } }
        cylinder { <1.55, 0.78, S * 0.62>, <1.1, 1.2, S * 0.48>, 0.06 texture { Red } }
        // Lamps, mirrors, air intakes in the flanks
        sphere { 0, 1 scale <0.26, 0.06, 0.15> rotate <S * -14, S * -24, 14> translate <-1.83, 0.68, S * 0.62> pigment { srgb <0.92, 0.94, 0.96> } finish { specular 1 roughness 0.005 reflection 0.2 } }
        sphere { 0, 1 scale <0.1, 0.07, 0.12> translate <-0.55, 0.92, S * 0.98> texture { Red } }
        sphere { 0, 1 scale <0.26, 0.1, 0.06> rotate z * 12 translate <0.78, 0.58, S * 0.95> texture { Black } }
        // Intakes of the nose
        sphere { 0, 1 scale <0.12, 0.09, 0.26> translate <-2.12, 0.36, S * 0.48> texture { Black } }
        // Wheels
        #for (W, -1, 1, 2)
            union {
                difference { cylinder { <0, 0, -0.14>, <0, 0, 0.14>, 0.34 } cylinder { <0, 0, -0.2>, <0, 0, 0.2>, 0.25 } texture { Black } }
                cylinder { <0, 0, -0.05>, <0, 0, 0.05>, 0.26 pigment { srgb 0.12 } }
                #for (K, 0, 4) box { <0, -0.035, -0.1>, <0.26, 0.035, 0.1> rotate z * (K * 72 + 18) pigment { srgb <0.8, 0.8, 0.82> } finish { specular 0.8 } } #end
                torus { 0.25, 0.025 rotate x * 90 translate z * S * 0.1 pigment { srgb <0.8, 0.8, 0.82> } finish { specular 0.8 } }
                translate <W * 1.4, 0.34, S * 0.84>
            }
        #end
    #end
    sphere { 0, 1 scale <0.1, 0.055, 0.24> translate <-2.2, 0.42, 0> texture { Black } }
    box { <-1.9, 0.1, -0.8>, <1.9, 0.26, 0.8> texture { Black } }
}
