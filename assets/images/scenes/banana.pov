// A hand of three bananas.
#include "common.inc"
camera { location <0, 5.4, -5.2> right x up y look_at <0.02, 0.5, 0> angle 35 }
Lamp(<-6, 9, -4>, <1.1, 1.06, 0.98>, 4)
Skylight(<0.5, 0.5, 0.52>)
plane {
    y, 0
    pigment {
        wood turbulence 0.06 scale <0.5, 0.5, 8> rotate y * 74
        color_map { [0 srgb <0.6, 0.42, 0.28>] [1 srgb <0.47, 0.31, 0.2>] }
    }
    finish { specular 0.1 reflection 0.03 }
}
// One banana lies in the plane y = 0 along an arc of radius 2.6; five soft ridges, a stalk and a dark tip.
#declare Turn = function(u) { (u - 0.5) * 2.05 }
#declare Thick = function(u) {
    0.42 * (0.27 + 0.73 / (1 + exp(-34 * (u - 0.2)))) * (0.16 + 0.84 * sqrt(max(0, 1 - exp(-11 * (0.965 - min(u, 0.965)))))) * select(1 - u, 0, 0, 1)
}
#declare Ridge = function(v) { 1 + 0.07 * cos(5 * 2 * pi * v) }
#declare BX = function(u, v) { (2.35 + Thick(u) * Ridge(v) * cos(2 * pi * v)) * sin(Turn(u)) }
#declare BY = function(u, v) { Thick(u) * Ridge(v) * sin(2 * pi * v) }
#declare BZ = function(u, v) { 2.35 - (2.35 + Thick(u) * Ridge(v) * cos(2 * pi * v)) * cos(Turn(u)) }
#macro Banana(Seed)
    object {
        Surface(BX, BY, BZ, 60, 40)
        texture {
            pigment {
                uv_mapping gradient x
                color_map {
                    [0 srgb <0.38, 0.3, 0.14>] [0.04 srgb <0.56, 0.55, 0.18>] [0.16 srgb <0.82, 0.78, 0.22>] [0.3 srgb <0.98, 0.83, 0.16>]
                    [0.85 srgb <0.98, 0.82, 0.15>] [0.92 srgb <0.7, 0.66, 0.2>] [0.945 srgb <0.22, 0.16, 0.08>] [1 srgb <0.15, 0.1, 0.05>]
                }
            }
            finish { diffuse 0.85 specular 0.25 roughness 0.05 }
        }
        texture {
            pigment {
                bozo scale <0.11, 0.07, 0.11> translate Seed
                color_map { [0 srgb <0.35, 0.2, 0.06>] [0.17 srgb <0.4, 0.24, 0.07> transmit 0.1] [0.22 rgbt 1] [1 rgbt 1] }
            }
        }
    }
#end
// The three part from where their stalks grow together.
#macro InHand(Seed, Roll, Yaw)
    object { Banana(Seed) translate <2.35 * sin(1.02), 0, 2.35 * cos(1.02) - 2.35> rotate x * Roll rotate y * Yaw }
#end
union {
    object { InHand(1, -4, 16) translate <0, -0.05, -0.16> }
    object { InHand(20, -22, 2) translate <0, 0.12, 0.02> }
    object { InHand(44, -40, -12) translate <0, 0.28, 0.2> }
    sphere { 0, 0.3 scale <0.7, 0.9, 1.25> translate <-0.05, 0.12, 0> pigment { srgb <0.32, 0.26, 0.12> } normal { bumps 0.4 scale 0.1 } }
    rotate y * 8 translate <-1.98, 0.48, 0.6>
}
