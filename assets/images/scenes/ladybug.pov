// A ladybug on a leaf, the garden behind out of focus.
#include "common.inc"
camera { location <-1.2, 3.4, -6.6> right x up y look_at <0.05, 0.62, 0> angle 31 }
Lamp(<-6, 12, -6>, <1.2, 1.17, 1.05>, 4)
Skylight(<0.45, 0.5, 0.45>)
Backdrop(26, 5, <0.16, 0.3, 0.08>, <0.3, 0.5, 0.14>, <0.45, 0.64, 0.22>, <0.66, 0.78, 0.4>)

// The leaf: a gently arched sheet with ribs.
#declare Side = function(x) { abs(mod(x * 1.1 + 100, 1) - 0.5) }
#declare LX = function(u, v) { (u - 0.5) * 9 }
#declare LZ = function(u, v) { (v - 0.5) * 6.4 }
#declare LY = function(u, v) { -0.05 * pow((v - 0.5) * 6.4, 2) - 0.018 * pow((u - 0.5) * 9, 2) }
object {
    Surface(LX, LY, LZ, 40, 40)
    texture {
        pigment {
            function { select(abs(z) - 0.07, 0, min(1, 0.35 + select(Side(x - abs(z) * 0.75) - 0.035, 0, 0.55))) }
            color_map { [0 srgb <0.62, 0.76, 0.35>] [0.35 srgb <0.52, 0.68, 0.26>] [0.9 srgb <0.27, 0.5, 0.12>] [1 srgb <0.3, 0.54, 0.14>] }
        }
        normal { wrinkles 0.35 scale 0.35 }
        finish { diffuse 0.8 specular 0.2 roughness 0.06 }
    }
    rotate <0, 24, 6> translate <0, -0.05, 0.2>
}

#declare Shell = finish { diffuse 0.85 specular 0.9 roughness 0.008 reflection { 0.02, 0.15 } }
#declare Red = pigment { srgb <0.86, 0.12, 0.04> }
#declare Black = texture { pigment { srgb <0.05, 0.045, 0.045> } finish { Shell } }
// Wing cases: a dome with a seam and seven spots, each a short ray through the dome.
#macro Spot(Along, Across, Size)
    sphere { <Along, sqrt(max(0, 1 - Along * Along - Across * Across)), Across>, Size }
#end
union {
    difference {
        sphere { 0, 1 }
        plane { y, 0 }
        union {
            Spot(-0.72, 0, 0.23)
            #for (S, -1, 1, 2)
                Spot(-0.3, S * 0.42, 0.2) Spot(0.12, S * 0.78, 0.18) Spot(0.42, S * 0.3, 0.2) Spot(0.72, S * 0.6, 0.15)
            #end
            box { <-1.1, 0.2, -0.014>, <1.1, 1.1, 0.014> }
            texture { Black }
        }
        pigment { Red } finish { Shell }
    }
    // What shows through the spots
    sphere { 0, 0.985 texture { Black } }
    scale <1.18, 0.86, 1>
}
// The collar with its white cheeks, the head, feelers, legs
union {
    sphere { 0, 1 scale <0.42, 0.42, 0.66> translate <-1.02, 0.22, 0> texture { Black } }
    #for (S, -1, 1, 2)
        sphere { 0, 1 scale <0.2, 0.19, 0.14> translate <-1.14, 0.36, S * 0.47> pigment { srgb <0.96, 0.94, 0.86> } finish { Shell } }
        sphere { <-1.52, 0.22, S * 0.2>, 0.075 pigment { srgb <0.9, 0.88, 0.8> } }
        sphere_sweep { b_spline 5, <-1.4, 0.2, S * 0.1>, 0.03, <-1.5, 0.25, S * 0.2>, 0.03, <-1.7, 0.34, S * 0.36>, 0.03, <-1.88, 0.28, S * 0.42>, 0.045, <-2, 0.2, S * 0.44>, 0.04 texture { Black } }
        #for (K, -1, 1)
            sphere_sweep {
                linear_spline 3, <K * 0.5, 0.2, S * 0.7>, 0.07, <K * 0.66 - 0.06, 0.24, S * 1.12>, 0.06, <K * 0.76 - 0.1, -0.08, S * 1.34>, 0.04
                texture { Black }
            }
        #end
    #end
    sphere { 0, 1 scale <0.26, 0.25, 0.32> translate <-1.36, 0.14, 0> texture { Black } }
}
