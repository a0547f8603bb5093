// A bullet train standing at a platform.
#include "common.inc"
camera { location <-5, 2.7, -9.2> right x up y look_at <-0.3, 1.8, 0.6> angle 38 }
light_source { <-60, 80, -60> rgb <0.95, 0.94, 0.92> }
Skylight(<0.55, 0.57, 0.6>)
Sky(<0.86, 0.89, 0.92>, <0.62, 0.74, 0.86>, 0.6, <0.92, 0.94, 0.96>)
// Its nose points to -z; the body is a rounded box whose roof falls and whose sides close towards the nose.
#declare Place = function(u) { 9 * pow(u, 1.6) + 30 * pow(max(0, u - 0.6) / 0.4, 2) }
#declare Full = function(u) { min(1, Place(u) / 7.5) }
#declare Tall = function(u) { 0.62 + 2.75 * pow(sin(Full(u) * pi / 2), 1.15) * (1 - 0.16 * exp(-pow((Full(u) - 0.45) / 0.22, 2))) }
#declare Wide = function(u) { 1.62 * pow(sin(min(1, Full(u) * 1.1) * pi / 2), 0.5) }
#declare Bend = function(c) { pow(abs(c), 0.62) * select(c, -1, 0, 1) }
#declare TX = function(u, v) { Wide(u) * Bend(sin(2 * pi * v)) }
#declare TY = function(u, v) { 0.42 + Tall(u) * (0.5 + 0.5 * Bend(cos(2 * pi * v))) * (0.25 + 0.75 * min(1, Full(u) * 4 + 0.2)) + 0.25 * (1 - min(1, Full(u) * 4 + 0.2)) }
#declare TZ = function(u, v) { -4.4 + Place(u) }
#declare Shine = finish { diffuse 0.85 specular 0.7 roughness 0.01 reflection { 0.03, 0.22 } }
#declare White = pigment { srgb <0.95, 0.96, 0.97> }
#declare Blue = pigment { srgb <0.08, 0.2, 0.56> }
#declare Dark = pigment { srgb <0.06, 0.07, 0.09> }
#declare Windscreen = function(x, y, z) { max(max(-0.9 - z, z - 0.55), max(abs(x) - 0.82, 2.0 - y)) }
#declare Windows = function(x, y, z) { max(max(abs(y - 2.3) - 0.27, 3.2 - z), abs(mod(z + 100, 1.1) - 0.55) - 0.36) }
union {
    object {
        Surface(TX, TY, TZ, 110, 64)
        texture {
            pigment {
                function {
                    select(min(Windscreen(x, y, z), Windows(x, y, z)), 0.1,
                        select(min(abs(y - 1.45 - 0.02 * z) - 0.17, abs(y - 1.05) - 0.06), select(z + 3.2, 0.9, 0.5), 0.9))
                }
                pigment_map { [0.3 Dark] [0.3 Blue] [0.7 Blue] [0.7 White] }
            }
            finish { Shine }
        }
    }
    // Head lamps
    #for (S, -1, 1, 2)
        sphere { 0, 1 scale <0.2, 0.13, 0.5> rotate <-20, S * 24, 0> translate <S * 0.98, 1.42, -2.9> pigment { srgb <1, 0.97, 0.85> } finish { emission 0.5 specular 1 } }
    #end
    box { <-1.3, 0.15, -2.6>, <1.3, 0.6, 40> pigment { srgb 0.2 } }
    translate <-0.5, 0, 0>
}
// Track
plane { y, -0.1 pigment { granite scale 0.6 color_map { [0 srgb <0.3, 0.28, 0.26>] [1 srgb <0.52, 0.5, 0.47>] } } normal { bumps 0.8 scale 0.08 } }
#for (S, -1, 1, 2) box { <-0.5 + S * 0.75 - 0.05, 0, -12>, <-0.5 + S * 0.75 + 0.05, 0.12, 60> pigment { srgb <0.45, 0.4, 0.37> } } #end
#for (S, -1, 1, 2) box { <-5.2 + S * 0.75 - 0.05, 0, -12>, <-5.2 + S * 0.75 + 0.05, 0.12, 60> pigment { srgb <0.45, 0.4, 0.37> } } #end
#for (I, -12, 40) box { <-1.8, -0.05, I * 0.8>, <0.8, 0.03, I * 0.8 + 0.3> pigment { srgb <0.56, 0.54, 0.5> } } #end
// Platform with its yellow line, columns and roof
box { <1.55, -0.1, -12>, <9, 1.1, 60> pigment { srgb <0.66, 0.65, 0.63> } }
box { <1.55, 1.1, -12>, <1.75, 1.105, 60> pigment { srgb 0.9 } }
box { <2.2, 1.1, -12>, <2.5, 1.11, 60> pigment { srgb <0.92, 0.76, 0.1> } }
#for (I, 0, 8)
    box { <3.6, 1.1, 2 + I * 5>, <3.9, 5.2, 2.3 + I * 5> pigment { srgb <0.8, 0.82, 0.82> } }
    box { <1.4, 5.1, 2 + I * 5>, <6.5, 5.35, 2.3 + I * 5> pigment { srgb <0.7, 0.72, 0.73> } }
#end
box { <1.2, 5.35, 0.5>, <7, 5.5, 60> pigment { srgb <0.5, 0.52, 0.54> } }
// Masts and wires
#for (I, 0, 6)
    cylinder { <-2.9, 0, 3 + I * 7>, <-2.9, 6.4, 3 + I * 7>, 0.1 pigment { srgb <0.55, 0.57, 0.58> } }
    cylinder { <-6, 5.9, 3 + I * 7>, <1.4, 5.9, 3 + I * 7>, 0.07 pigment { srgb <0.55, 0.57, 0.58> } }
#end
#for (I, 0, 1) cylinder { <-0.5, 5.0 + 0.6 * I, -20>, <-0.5, 5.0 + 0.6 * I, 80>, 0.02 pigment { srgb 0.15 } } #end
#for (I, 0, 1) cylinder { <-5, 5.0 + 0.6 * I, -20>, <-5, 5.0 + 0.6 * I, 80>, 0.02 pigment { srgb 0.15 } } #end
// Houses of the town
#declare Chance = seed(70);
#for (I, 0, 14)
    #local X = -30 + I * 2.6; #local H = 3 + 6 * rand(Chance); #local Tone = 0.55 + 0.25 * rand(Chance);
    box {
        <X, 0, 42>, <X + 2.3, H, 46>
        pigment { brick color rgb Tone * <0.45, 0.5, 0.55>, color rgb Tone * <0.8, 0.8, 0.78> brick_size <0.7, 0.9, 0.6> mortar 0.25 }
    }
#end
