// A lighthouse banded red and white on a rocky headland.
#include "common.inc"
camera { location <0, 2.2, -15> right x up y look_at <0.3, 4.1, 0> angle 42 }
light_source { <-60, 60, -80> rgb <1.2, 1.14, 1.02> }
Skylight(<0.42, 0.5, 0.62>)
Sky(<0.74, 0.85, 0.95>, <0.2, 0.42, 0.78>, 0.55, <0.96, 0.97, 1>)
Water(-1.2, <0.05, 0.2, 0.32>, 0.6, 0.28)

// The headland
isosurface {
    function {
        y - 0.2 + 0.03 * (x - 0.5) * (x - 0.5) + 0.05 * z * z - 1.5 * (Ridges(x * 0.55, y * 0.3, z * 0.55) - 0.1)
            - 0.2 * Noise(x * 3, y * 3, z * 3)
    }
    contained_by { box { <-11, -1.4, -6>, <11, 2.6, 9> } }
    max_gradient 5
    texture {
        pigment {
            slope { y }
            pigment_map {
                [0.78 granite scale 1.4 color_map { [0 srgb <0.3, 0.26, 0.22>] [0.5 srgb <0.52, 0.46, 0.38>] [1 srgb <0.68, 0.61, 0.52>] }]
                [0.92 bozo scale 0.25 color_map { [0 srgb <0.28, 0.4, 0.16>] [1 srgb <0.45, 0.52, 0.22>] }]
            }
        }
    }
}
#declare White = texture { pigment { srgb <0.97, 0.96, 0.94> } finish { diffuse 0.9 } }
#declare RedPaint = texture { pigment { srgb <0.78, 0.1, 0.08> } finish { diffuse 0.9 specular 0.1 } }
#declare Iron = texture { pigment { srgb <0.12, 0.12, 0.13> } finish { specular 0.3 } }
union {
    // The tower, five bands
    #for (K, 0, 4)
        cone {
            y * (K * 1.14), 1.2 - 0.1 * K, y * ((K + 1) * 1.14), 1.2 - 0.1 * (K + 1)
            #if (mod(K, 2) = 1) texture { RedPaint } #else texture { White } #end
        }
    #end
    #for (K, 1, 3) box { <-0.13, K * 1.5, -1.25>, <0.13, K * 1.5 + 0.34, -0.5> texture { Iron } } #end
    // Gallery, lantern, roof
    cylinder { y * 5.7, y * 5.86, 1.08 texture { Iron } }
    #for (K, 0, 15)
        cylinder { <0.98, 5.86, 0>, <0.98, 6.2, 0>, 0.025 rotate y * K * 22.5 texture { Iron } }
    #end
    torus { 0.98, 0.03 translate y * 6.2 texture { Iron } }
    cylinder { y * 5.86, y * 6.1, 0.6 texture { RedPaint } }
    cylinder { y * 6.1, y * 6.95, 0.52 pigment { srgb <0.75, 0.86, 0.9> } finish { specular 0.8 reflection 0.25 emission 0.1 } }
    #for (K, 0, 7) cylinder { <0.54, 6.1, 0>, <0.54, 6.95, 0>, 0.035 rotate y * (K * 45 + 11) texture { Iron } } #end
    cone { y * 6.95, 0.7, y * 7.55, 0.08 texture { RedPaint } }
    sphere { y * 7.62, 0.13 texture { Iron } }
    cylinder { y * 7.6, y * 8.1, 0.02 texture { Iron } }
    translate <0.1, 1.35, 0>
}
// The keeper's house
union {
    box { <0, 0, 0>, <2.6, 1.1, 1.6> texture { White } }
    #for (S, 0, 1)
        polygon { 4, <-0.15, 1.05, -0.15 + 1.9 * S>, <2.75, 1.05, -0.15 + 1.9 * S>, <2.75, 1.95, 0.8>, <-0.15, 1.95, 0.8> texture { RedPaint } }
        triangle { <2.6 * S, 1.05, 0>, <2.6 * S, 1.05, 1.6>, <2.6 * S, 1.9, 0.8> texture { White } }
    #end
    box { <0.5, 0.35, -0.02>, <0.85, 0.8, 0.1> texture { Iron } }
    box { <1.6, 0.35, -0.02>, <1.95, 0.8, 0.1> texture { Iron } }
    translate <1.9, 1.25, 0.6>
}
