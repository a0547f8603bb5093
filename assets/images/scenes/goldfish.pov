// A goldfish in its aquarium.
#include "common.inc"
camera { location <0, 0.5, -9> right x up y look_at <0.15, 0.0, 0> angle 30 }
Lamp(<-4, 11, -6>, <1.15, 1.14, 1.06>, 4)
Skylight(<0.42, 0.5, 0.52>)
Backdrop(16, 4, <0.03, 0.12, 0.14>, <0.06, 0.24, 0.26>, <0.1, 0.36, 0.36>, <0.16, 0.46, 0.36>)
// Gravel and water plants
#declare Chance = seed(21);
#for (I, 1, 900)
    sphere {
        0, 1 scale <0.16, 0.1, 0.13> * (0.7 + 0.7 * rand(Chance)) rotate y * 360 * rand(Chance)
        translate <10 * rand(Chance) - 5, -2.35 + 0.15 * rand(Chance), 8 * rand(Chance) - 1.5>
        pigment { srgb <0.55, 0.46, 0.36> * (0.5 + 0.8 * rand(Chance)) } finish { specular 0.3 }
    }
#end
#for (I, 1, 26)
    #local X = (mod(I, 2) = 0 ? -4 : 2.2) + 2 * rand(Chance);
    #local Ph = 6 * rand(Chance);
    sphere_sweep {
        b_spline 7
        #for (K, 0, 6) , <X + 0.3 * sin(Ph + K * 0.9), -2.9 + K * (0.75 + 0.2 * rand(Chance)), 3 + 2 * rand(Chance) * 0.2 + mod(I, 5) * 0.5>, 0.09 * (1.1 - K / 6) #end
        pigment { srgb <0.2, 0.46 + 0.16 * rand(Chance), 0.14> }
    }
#end
// The body lies along x, the mouth to the left.
#declare Deep = function(u) { 1.12 * pow(max(0, sin(pi * pow(u, 0.62))), 0.75) * (1 - 0.2 * u) + 0.17 * u }
#declare FX = function(u, v) { -1.9 + 3.5 * u }
#declare FY = function(u, v) { Deep(u) * sin(2 * pi * v) * (1 + 0.1 * sin(2 * pi * v)) - 0.05 + 0.12 * u }
#declare FZ = function(u, v) { 0.56 * Deep(u) * cos(2 * pi * v) }
#declare Gold = pigment {
    gradient y translate -0.5 scale 2.2
    color_map { [0 srgb <1, 0.83, 0.62>] [0.24 srgb <1, 0.62, 0.22>] [0.45 srgb <0.98, 0.44, 0.06>] [1 srgb <0.9, 0.26, 0.02>] }
}
#declare Membrane = texture {
    pigment {
        uv_mapping function { (0.5 + 0.5 * cos(16 * 2 * pi * y)) * 0.6 + 0.4 * x }
        color_map { [0 srgb <0.95, 0.3, 0.02> transmit 0.04] [0.5 srgb <1, 0.42, 0.06> transmit 0.16] [1 srgb <1, 0.55, 0.16> transmit 0.4] }
    }
    finish { diffuse 0.7, 0.35 specular 0.3 emission 0.08 }
}
#macro Fin(From, To) object { Sheet(From, To, 10, 40) texture { Membrane } } #end
union {
    object {
        Surface(FX, FY, FZ, 60, 48)
        texture {
            pigment { Gold }
            normal { leopard 0.5 scale 0.042 }
            finish { diffuse 0.85 specular 0.6 roughness 0.02 reflection 0.03 }
        }
    }
    // Tail: two lobes that flow
    #declare Root = spline { linear_spline 0, <1.5, 0.26, 0> 1, <1.5, -0.08, 0> }
    #declare Edge = spline {
        cubic_spline -0.1, <2, 1.0, 0.1> 0, <2.3, 1.45, 0.1> 0.15, <3.1, 1.5, 0.3> 0.3, <3.35, 0.85, 0.1> 0.5, <2.5, 0.12, -0.1> 0.7, <3.3, -0.65, 0.2> 0.85, <2.95, -1.4, 0.3>
        1, <2.2, -1.2, 0> 1.1, <2, -0.9, 0>
    }
    Fin(Root, Edge)
    // Fin of the back
    #declare Root = spline { cubic_spline -0.1, <-0.9, 0.95, 0> 0, <-0.65, 0.98, 0> 0.5, <0.1, 0.92, 0> 1, <0.8, 0.55, 0> 1.1, <1, 0.5, 0> }
    #declare Edge = spline { cubic_spline -0.1, <-0.7, 1.2, 0> 0, <-0.5, 1.5, 0> 0.3, <0.05, 1.72, 0.05> 0.7, <0.75, 1.3, 0.05> 1, <1.15, 0.82, 0> 1.1, <1.2, 0.7, 0> }
    Fin(Root, Edge)
    // Fins of the breast and belly
    #declare Root = spline { linear_spline 0, <-0.75, -0.42, -0.5> 1, <-0.6, -0.66, -0.42> }
    #declare Edge = spline { cubic_spline -0.1, <-0.3, -0.3, -0.8> 0, <-0.1, -0.4, -0.95> 0.4, <0.12, -0.75, -1.1> 0.8, <-0.15, -1.1, -1> 1, <-0.45, -1.05, -0.8> 1.1, <-0.6, -1, -0.7> }
    Fin(Root, Edge)
    #declare Root = spline { linear_spline 0, <0.1, -0.84, -0.1> 1, <-0.2, -0.9, -0.1> }
    #declare Edge = spline { cubic_spline -0.1, <0.7, -1, -0.2> 0, <0.75, -1.2, -0.2> 0.4, <0.6, -1.55, -0.25> 1, <0.05, -1.45, -0.3> 1.1, <0, -1.3, -0.3> }
    Fin(Root, Edge)
    #declare Root = spline { linear_spline 0, <1.25, -0.2, 0> 1, <0.85, -0.45, 0> }
    #declare Edge = spline { cubic_spline -0.1, <1.6, -0.4, 0> 0, <1.75, -0.55, 0> 0.5, <1.7, -1.0, 0.05> 1, <1.2, -1.05, 0> 1.1, <1.1, -0.9, 0> }
    Fin(Root, Edge)
    // Eye, mouth, gill cover
    sphere { <-1.33, 0.2, -0.4>, 0.2 pigment { srgb <0.98, 0.82, 0.36> } finish { specular 0.6 } }
    sphere { <-1.37, 0.2, -0.5>, 0.13 pigment { srgb 0.02 } finish { specular 1 roughness 0.005 } }
    torus { 0.1, 0.05 rotate z * 90 translate <-1.88, -0.06, 0> pigment { srgb <0.96, 0.5, 0.2> } }
    intersection {
        torus { 0.46, 0.025 rotate x * 90 } plane { -x, 0 }
        translate <-1.2, -0.02, -0.5> rotate y * 4 pigment { srgb <0.8, 0.3, 0.04> }
    }
    rotate <0, 14, 6> scale 0.83 translate <-0.42, 0.1, 0>
}
