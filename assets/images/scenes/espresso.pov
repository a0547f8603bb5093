// An espresso in a white cup on its saucer.
#include "common.inc"
camera { location <-0.4, 5, -5> right x up y look_at <0.1, 0.66, -0.02> angle 27.5 }
Lamp(<-7, 9, -5>, <1.2, 1.14, 1.06>, 4)
Skylight(<0.45, 0.44, 0.44>)
plane {
    y, 0
    pigment {
        wood turbulence 0.06 scale <0.5, 0.5, 9> rotate y * 62
        color_map { [0 srgb <0.34, 0.2, 0.12>] [1 srgb <0.22, 0.12, 0.07>] }
    }
    finish { specular 0.2 roughness 0.04 reflection 0.04 }
}
#declare China = texture { pigment { srgb <0.95, 0.94, 0.92> } finish { diffuse 0.85 specular 0.7 roughness 0.01 reflection { 0.01, 0.1 } } }
// Saucer
lathe {
    cubic_spline 9, <0, 0.02>, <0.01, 0.1>, <0.6, 0.1>, <0.85, 0.16>, <1.35, 0.27>, <1.8, 0.42>, <1.84, 0.38>, <1.2, 0.12>, <0.5, 0.0>
    sturm texture { China }
}
// Cup: outside and inside of one wall
lathe {
    cubic_spline 12, <0.1, 0.1>, <0.4, 0.14>, <0.52, 0.2>, <0.86, 0.55>, <1.05, 1.1>, <1.12, 1.52>, <1.07, 1.54>, <1.0, 1.1>, <0.8, 0.6>, <0.4, 0.3>, <0.01, 0.28>, <-0.2, 0.28>
    sturm texture { China }
}
// Coffee with its crema
disc {
    y * 1.2, y, 1.02
    texture {
        pigment {
            function { min(0.999, sqrt(x * x + z * z) / 1.03 * 0.75 + 0.25 * Noise(x * 4, 0, z * 4)) }
            pigment_map {
                [0 wrinkles turbulence 0.8 scale 0.4 color_map { [0 srgb <0.5, 0.28, 0.1>] [1 srgb <0.72, 0.47, 0.22>] }]
                [0.6 wrinkles turbulence 0.8 scale 0.3 color_map { [0 srgb <0.46, 0.25, 0.09>] [1 srgb <0.66, 0.4, 0.17>] }]
                [0.82 srgb <0.4, 0.2, 0.07>] [0.95 srgb <0.76, 0.54, 0.3>]
            }
        }
        finish { diffuse 0.85 specular 0.2 roughness 0.03 }
    }
}
// Handle
sphere_sweep {
    cubic_spline 7, <0.8, 1.3, 0>, 0.1, <1.16, 1.3, 0>, 0.09, <1.45, 1.34, 0>, 0.1, <1.62, 1.08, 0>, 0.1, <1.4, 0.76, 0>, 0.1, <1.0, 0.68, 0>, 0.09, <0.7, 0.6, 0>, 0.1
    texture { China } rotate y * 28
}
// Spoon
union {
    sphere { 0, 1 scale <0.3, 0.05, 0.19> }
    sphere_sweep { cubic_spline 5, <0, 0, 0>, 0.05, <0.28, 0.02, 0>, 0.04, <0.9, 0.1, 0>, 0.035, <1.5, 0.1, 0>, 0.06, <1.8, 0.1, 0>, 0.06 }
    pigment { srgb <0.75, 0.75, 0.77> } finish { diffuse 0.5 specular 0.9 roughness 0.01 reflection 0.35 }
    rotate <0, -24, 8> translate <-0.95, 0.32, -1.1>
}
