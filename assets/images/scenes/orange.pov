// A whole orange and half of another on a pale table.
#include "common.inc"
camera { location <0.1, 3.1, -6.4> right x up y look_at <0.08, 0.88, 0> angle 29 }
Lamp(<-7, 10, -6>, <1.15, 1.1, 1>, 4)
Skylight(<0.5, 0.5, 0.55>)
plane {
    y, 0
    pigment { bozo scale 3 color_map { [0 srgb <0.85, 0.87, 0.9>] [1 srgb <0.75, 0.79, 0.85>] } }
    finish { reflection 0.04 }
}
Backdrop(30, 14, <0.55, 0.62, 0.7>, <0.7, 0.76, 0.82>, <0.8, 0.84, 0.88>, <0.6, 0.67, 0.74>)

#declare Peel = texture {
    pigment { bozo scale 0.6 color_map { [0 srgb <0.98, 0.58, 0.08>] [1 srgb <0.96, 0.49, 0.02>] } }
    normal { bumps 0.3 scale 0.035 }
    finish { diffuse 0.85 specular 0.4 roughness 0.025 }
}
// The cut: peel, pith, ten segments parted by pale skins, juice cells drawn out from the middle.
#declare Radius = function(x, y) { sqrt(x * x + y * y) }
#declare Wedge = function(x, y) { abs(mod(atan2(y, x) / (2 * pi) * 10 + 20, 1) - 0.5) * 2 }
#declare Pith = function(x, y) {
    max(select(Radius(x, y) - 0.83, 0, 1), select(Radius(x, y) - 0.1, 1, 0), select(Wedge(x, y) - (1 - 0.035 / max(Radius(x, y), 0.05)), 0, 1))
}
#declare Flesh = pigment {
    wrinkles scale <0.09, 0.09, 0.4> turbulence 0.2
    color_map { [0 srgb <0.97, 0.56, 0.05>] [0.5 srgb <1, 0.68, 0.14>] [1 srgb <1, 0.8, 0.3>] }
}
#declare Cut = disc {
    0, z, 0.965
    texture {
        pigment {
            function { Pith(x, y) }
            pigment_map { [0.5 Flesh] [0.5 srgb <1, 0.93, 0.74>] }
        }
        normal { bumps 0.25 scale 0.06 }
        finish { diffuse 0.85 specular 0.35 roughness 0.02 }
    }
}
union {
    sphere { 0, 1 texture { Peel } scale <1, 0.96, 1> }
    cylinder { <0, 0.9, 0>, <0, 1.0, 0>, 0.07 pigment { srgb <0.42, 0.5, 0.2> } }
    torus { 0.1, 0.035 translate y * 0.95 pigment { srgb <0.5, 0.56, 0.22> } }
    rotate <-28, 0, -18> translate <-0.68, 0.96, 0.7>
}
union {
    difference { sphere { 0, 1 } plane { z, 0 } texture { Peel } }
    object { Cut translate -z * 0.004 }
    torus { 0.975, 0.028 rotate x * 90 texture { Peel } }
    scale 0.98 rotate <18, 24, 0> translate <0.86, 0.95, -0.75>
}
