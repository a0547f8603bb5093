// A porcelain teapot, white and blue, on a cloth.
#include "common.inc"
camera { location <0.2, 3.4, -9> right x up y look_at <0.05, 1.32, 0> angle 33 }
Lamp(<-8, 10, -7>, <1.12, 1.08, 1>, 5)
Skylight(<0.42, 0.43, 0.46>)
plane {
    y, 0
    pigment {
        wood turbulence 0.05 scale <0.6, 0.6, 9> rotate y * 80
        color_map { [0 srgb <0.5, 0.31, 0.18>] [1 srgb <0.38, 0.22, 0.12>] }
    }
    finish { specular 0.2 roughness 0.04 reflection 0.05 }
}
Backdrop(14, 9, <0.32, 0.24, 0.18>, <0.46, 0.36, 0.26>, <0.58, 0.48, 0.36>, <0.4, 0.3, 0.22>)

#declare Glaze = finish { diffuse 0.85 specular 0.8 roughness 0.006 reflection { 0.02, 0.18 } }
#declare China = pigment { srgb <0.95, 0.95, 0.93> }
#declare Blue = pigment { srgb <0.1, 0.2, 0.55> }
// Sprays of blue blossom around the belly, painted as spots around the axis.
#declare Turn = function(x, z) { atan2(z, x) / (2 * pi) }
#declare Petal = function(x, y, z) {
    max(0, 1 - 2.1 * sqrt(pow(abs(mod(Turn(x, z) * 7 + 14.25, 1) - 0.5) * 2.1, 2) + pow((y - 1.22) * 1.5, 2))
        + 0.38 * cos(5 * atan2((y - 1.22) * 1.5, (mod(Turn(x, z) * 7 + 14.25, 1) - 0.5) * 2.1)))
}
#declare Painted = texture {
    pigment {
        function { max(min(1, Petal(x, y, z) * 1.6), max(select(abs(y - 2.02) - 0.035, 1, 0), select(abs(y - 0.3) - 0.05, 1, 0))) }
        color_map { [0 srgb <0.95, 0.95, 0.93>] [0.28 srgb <0.95, 0.95, 0.93>] [0.32 srgb <0.3, 0.42, 0.75>] [0.6 srgb <0.1, 0.2, 0.56>] [0.9 srgb <0.1, 0.18, 0.5>] [1 srgb <0.12, 0.22, 0.55>] }
    }
    finish { Glaze }
}
#declare Plain = texture { pigment { China } finish { Glaze } }
union {
    sor {
        10, <0.8, -0.2>, <0.95, 0>, <0.9, 0.14>, <1.3, 0.5>, <1.52, 1.05>, <1.45, 1.55>, <1.14, 1.98>, <0.86, 2.16>, <0.8, 2.2>, <0.6, 2.3>
        texture { Painted }
    }
    torus { 0.86, 0.06 translate y * 2.17 texture { pigment { Blue } finish { Glaze } } }
    torus { 0.9, 0.07 translate y * 0.07 texture { Plain } }
    // The lid and its knob
    sphere { 0, 1 scale <0.84, 0.42, 0.84> translate y * 2.17 texture { Plain } }
    torus { 0.5, 0.03 translate y * 2.51 texture { pigment { Blue } finish { Glaze } } }
    cylinder { y * 2.5, y * 2.72, 0.1 texture { Plain } }
    sphere { 0, 0.2 scale <1, 0.85, 1> translate y * 2.82 texture { pigment { Blue } finish { Glaze } } }
    // The spout
    difference {
        sphere_sweep {
            cubic_spline 7,
            <-0.6, 0.5, 0>, 0.5, <-1.15, 0.75, 0>, 0.44, <-1.75, 1.02, 0>, 0.32, <-2.12, 1.5, 0>, 0.22, <-2.35, 1.98, 0>, 0.18, <-2.72, 2.3, 0>, 0.16, <-3, 2.5, 0>, 0.15
        }
        sphere { <-2.86, 2.42, 0>, 0.15 }
        texture { Plain }
    }
    // The handle
    sphere_sweep {
        cubic_spline 8,
        <0.6, 1.9, 0>, 0.13, <1.1, 1.88, 0>, 0.13, <1.8, 2.06, 0>, 0.13, <2.3, 1.75, 0>, 0.13, <2.28, 1.2, 0>, 0.125, <1.92, 0.78, 0>, 0.12, <1.4, 0.62, 0>, 0.12, <1, 0.5, 0>, 0.12
        texture { pigment { Blue } finish { Glaze } }
    }
    rotate y * 14 translate <0.15, 0, 0>
}
