// Two players on the court: one in blue dribbles, one in white guards.
#include "common.inc"
camera { location <0, 2.2, -9.5> right x up y look_at <0, 1.78, 0> angle 27 }
Lamp(<-4, 14, -8>, <1.1, 1.06, 0.98>, 4)
Skylight(<0.5, 0.48, 0.46>)
Backdrop(16, 0.5, <0.1, 0.09, 0.12>, <0.36, 0.24, 0.22>, <0.28, 0.28, 0.4>, <0.72, 0.62, 0.56>)
box { <-30, 0, 9>, <30, 1.1, 9.5> pigment { srgb <0.14, 0.2, 0.46> } }
plane {
    y, 0
    pigment {
        function { Noise(floor(x * 3) * 3.7, 0, floor(z * 0.4 + floor(x * 3) * 0.37) * 5.1) }
        color_map { [0 srgb <0.7, 0.48, 0.28>] [0.5 srgb <0.79, 0.57, 0.34>] [1 srgb <0.86, 0.66, 0.42>] } rotate y * 80
    }
    finish { specular 0.3 roughness 0.03 reflection { 0.05, 0.2 } }
}
box { <-30, 0, 1.6>, <30, 0.004, 1.72> pigment { srgb 0.95 } rotate y * -8 }
#declare Ball = union {
    difference {
        sphere { 0, 1 } torus { 1, 0.04 } torus { 1, 0.04 rotate x * 90 } torus { 0.78, 0.04 rotate z * 90 translate x * 0.63 } torus { 0.78, 0.04 rotate z * 90 translate x * -0.63 }
        pigment { srgb <0.86, 0.4, 0.12> } normal { bumps 0.3 scale 0.05 } finish { specular 0.2 }
    }
    sphere { 0, 0.97 pigment { srgb 0.05 } }
}
#macro Limb(A, RA, B, RB, C, RC, Tone)
    sphere_sweep { linear_spline 3, A, RA, B, RB, C, RC pigment { srgb Tone } finish { specular 0.15 roughness 0.05 } }
#end
// A player: head, jersey with a number, shorts, arms (hands at HL and HR), legs (feet at FL and FR).
#macro Player(Shirt, Trim, Skin, Number, HL, HR, FL, FR, Lean)
    #local Hip = <0, 1.62, 0>; #local Neck = Hip + <Lean, 1.0, -0.15>;
    union {
        sphere { 0, 1 scale <0.19, 0.25, 0.22> translate Neck + <Lean * 0.2, 0.32, -0.04> pigment { srgb Skin } }
        sphere { 0, 1 scale <0.2, 0.19, 0.22> translate Neck + <Lean * 0.2, 0.42, 0.03> pigment { srgb <0.12, 0.08, 0.05> } }
        cylinder { Neck - y * 0.1, Neck + y * 0.2, 0.1 pigment { srgb Skin } }
        sphere_sweep { linear_spline 3, Hip, 0.3, (Hip + Neck) / 2, 0.33, Neck - y * 0.24, 0.31 scale <1, 1, 0.8> pigment { srgb Shirt } normal { wrinkles 0.5 scale <0.15, 0.5, 0.2> } }
        text { internal 1 Number 0.05, 0 scale <0.42, 0.46, 1> translate (Hip + Neck) / 2 + <-0.2, -0.12, -0.34> pigment { srgb Trim } }
        // Shoulders to hands
        Limb(Neck + <-0.36, -0.2, 0>, 0.12, (Neck + HL) / 2 + <-0.28, -0.12, 0>, 0.09, HL, 0.075, Skin)
        Limb(Neck + <0.36, -0.2, 0>, 0.12, (Neck + HR) / 2 + <0.28, -0.12, 0>, 0.09, HR, 0.075, Skin)
        sphere { HL, 0.1 pigment { srgb Skin } } sphere { HR, 0.1 pigment { srgb Skin } }
        // Shorts, legs, socks, shoes
        #for (S, 0, 1)
            #local Foot = (S = 0 ? FL : FR);
            #local Top = Hip + <(S = 0 ? -0.16 : 0.16), -0.1, 0>;
            #local Knee = (Top + Foot) / 2 + <0.0, 0.1, -0.28>;
            cone { Top + y * 0.1, 0.26, Knee + y * 0.12 + (Top - Knee) * 0.1, 0.25 pigment { srgb Shirt } normal { wrinkles 0.5 scale 0.2 } }
            Limb(Top, 0.16, Knee, 0.12, Foot + y * 0.12, 0.08, Skin)
            cylinder { Foot + y * 0.1, Foot + y * 0.32 + (Knee - Foot) * 0.08, 0.1 pigment { srgb 0.95 } }
            sphere { 0, 1 scale <0.13, 0.11, 0.26> translate Foot + <0, 0.1, -0.1> pigment { srgb 0.92 } }
        #end
        cylinder { Hip + y * 0.02, Hip + y * 0.1, 0.31 scale <1, 1, 0.82> pigment { srgb Trim } }
    }
#end
object {
    Player(<0.08, 0.16, 0.62>, 0.96, <0.62, 0.42, 0.3>, "14", <-0.78, 1.5, -0.7>, <0.72, 1.75, -0.3>, <-0.5, 0, -0.3>, <0.42, 0, 0.35>, -0.16)
    translate <-0.5, 0, -0.4>
}
object { Ball scale 0.26 rotate <20, 40, 10> translate <-1.3, 1.12, -1.15> }
object {
    Player(0.94, <0.75, 0.1, 0.1>, <0.42, 0.27, 0.18>, "32", <-0.75, 2.3, -0.2>, <0.85, 1.75, -0.2>, <-0.45, 0, 0>, <0.5, 0, -0.1>, 0.08)
    translate <0.98, 0, 0.9>
}
