// Bell peppers: a red one in front of a green and a yellow one.
#include "common.inc"
camera { location <0.1, 2.9, -6.6> right x up y look_at <0.1, 1.08, 0> angle 31 }
Lamp(<-6, 9, -6>, <1.1, 1.08, 1.02>, 5)
Skylight(<0.48, 0.48, 0.5>)
plane {
    y, 0
    pigment { bozo scale 2 color_map { [0 srgb <0.86, 0.84, 0.8>] [1 srgb <0.78, 0.76, 0.72>] } }
    finish { reflection 0.05 }
}
Backdrop(20, 8, <0.5, 0.52, 0.46>, <0.66, 0.66, 0.6>, <0.76, 0.75, 0.7>, <0.6, 0.6, 0.56>)
// Four lobes: deep furrows at the shoulders, where the stalk sits in a hollow; u runs from the stalk to the tip.
#declare Lobe = function(v) { pow(abs(cos(2 * 2 * pi * v)), 0.7) }
#declare Round = function(u) { pow(max(0, sin(pi * pow(u, 0.8))), 0.6) }
#declare PR = function(u, v) { 1.02 * Round(u) * (1 - 0.22 * u) * (1 - 0.16 * (1 - Lobe(v)) * (1 - 0.3 * u)) }
#declare PX = function(u, v) { PR(u, v) * cos(2 * pi * v) }
#declare PZ = function(u, v) { PR(u, v) * sin(2 * pi * v) }
#declare PY = function(u, v) {
    1.06 * cos(pi * u) - 0.1 * (1 - Lobe(v)) * (1 - u) - 0.36 * exp(-pow(u / 0.1, 2)) + 0.26 * exp(-pow((1 - u) / 0.14, 2))
}
#declare Shape = object { Surface(PX, PY, PZ, 60, 80) }
#macro Pepper(A, B)
    union {
        object {
            Shape
            texture {
                pigment { bozo scale 0.8 color_map { [0 srgb A] [1 srgb B] } }
                finish { diffuse 0.85 specular 0.75 roughness 0.012 reflection { 0.01, 0.12 } }
            }
        }
        union {
            sphere_sweep {
                b_spline 6, <0, 0.5, 0>, 0.16, <0, 0.66, 0>, 0.15, <0.02, 0.9, 0>, 0.12, <0.1, 1.14, 0.02>, 0.11, <0.26, 1.36, 0.06>, 0.13,
                <0.36, 1.5, 0.08>, 0.14
            }
            sphere { 0, 1 scale <0.3, 0.09, 0.3> translate y * 0.76 }
            #for (K, 0, 4) sphere { 0, 1 scale <0.16, 0.05, 0.1> rotate z * 20 translate <0.27, 0.8, 0> rotate y * (K * 72 + 20) } #end
            pigment { bozo scale 0.3 color_map { [0 srgb <0.4, 0.58, 0.18>] [1 srgb <0.52, 0.68, 0.28>] } }
            normal { wrinkles 0.3 scale <0.05, 0.4, 0.05> }
            finish { specular 0.25 roughness 0.05 }
        }
    }
#end
object { Pepper(<0.84, 0.06, 0.04>, <0.7, 0.03, 0.03>) rotate y * 20 rotate <-14, 0, 6> translate <-0.25, 1.0, -0.8> }
object { Pepper(<0.18, 0.46, 0.08>, <0.12, 0.36, 0.06>) rotate y * 60 rotate <-8, 0, -8> scale 0.98 translate <1.45, 1.0, 0.75> }
object { Pepper(<0.98, 0.74, 0.06>, <0.95, 0.62, 0.03>) rotate y * 100 rotate <-6, 0, 10> scale 0.98 translate <-1.15, 1.0, 1.7> }
