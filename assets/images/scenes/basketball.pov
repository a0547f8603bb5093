// A basketball on the hardwood of a hall, the stands behind out of focus.
#include "common.inc"
camera { location <0, 1.9, -5.6> right x up y look_at <0, 0.98, 0> angle 31 }
Lamp(<-5, 12, -6>, <1.15, 1.1, 1.02>, 4)
Skylight(<0.5, 0.48, 0.46>)
Backdrop(40, 1.3, <0.1, 0.1, 0.16>, <0.34, 0.2, 0.2>, <0.18, 0.2, 0.36>, <0.66, 0.56, 0.52>)
#declare Plank = function(x, z) { Noise(floor(x * 2.2) * 3.7, 0, floor(z * 0.3 + floor(x * 2.2) * 0.37) * 5.1) }
plane {
    y, 0
    texture {
        pigment {
            function { Plank(x, z) }
            color_map { [0 srgb <0.66, 0.44, 0.24>] [0.5 srgb <0.76, 0.54, 0.31>] [1 srgb <0.84, 0.63, 0.39>] }
            rotate y * 68
        }
        finish { specular 0.35 roughness 0.03 reflection { 0.06, 0.25 } }
    }
}
// Lines of the court
box { <-20, 0, 2.4>, <20, 0.002, 2.8> pigment { srgb <0.95, 0.95, 0.93> } rotate y * -12 }
#declare Seam = 0.026;
union {
    difference {
        sphere { 0, 1 }
        torus { 1, Seam } torus { 1, Seam rotate x * 90 }
        // The curved seams: two small circles to the left and right
        torus { 0.78, Seam rotate z * 90 translate x * 0.63 } torus { 0.78, Seam rotate z * 90 translate x * -0.63 }
        texture {
            pigment { bozo scale 0.4 color_map { [0 srgb <0.86, 0.42, 0.14>] [1 srgb <0.78, 0.34, 0.1>] } }
            normal { crackle 0.5 scale 0.045 }
            finish { diffuse 0.85 specular 0.3 roughness 0.05 }
        }
    }
    sphere { 0, 0.982 pigment { srgb <0.06, 0.05, 0.05> } }
    rotate <20, 32, 24> translate y
}
