// A pizza with salami, olives and basil.
#include "common.inc"
camera { location <0, 6.4, -5> right x up y look_at <0, 0, -0.16> angle 33 }
Lamp(<-6, 9, 2>, <1.12, 1.05, 0.94>, 4)
Skylight(<0.46, 0.44, 0.42>)
plane {
    y, -0.12
    pigment {
        wood turbulence 0.06 scale <0.5, 0.5, 9> rotate y * 72
        color_map { [0 srgb <0.5, 0.34, 0.2>] [1 srgb <0.38, 0.24, 0.13>] }
    }
    finish { specular 0.15 reflection 0.02 }
}
#declare Chance = seed(77);
cylinder { y * -0.12, y * 0, 2.42 pigment { srgb <0.8, 0.8, 0.82> } finish { diffuse 0.6 reflection 0.2 specular 0.5 } }
// Crust, a ring a little uneven, browned in places
#for (I, 0, 119)
    sphere {
        0, 1 scale <0.2, 0.17 + 0.03 * rand(Chance), 0.2> * (0.95 + 0.12 * rand(Chance)) translate <2.12 + 0.05 * rand(Chance), 0.1, 0> rotate y * I * 3
        pigment { bozo scale 0.5 translate I color_map { [0 srgb <0.55, 0.3, 0.1>] [0.35 srgb <0.82, 0.58, 0.27>] [1 srgb <0.9, 0.71, 0.42>] } }
        normal { bumps 0.4 scale 0.2 }
    }
#end
// Sauce and molten cheese
#declare Cheese = pigment { bozo scale 0.5 color_map { [0 srgb <0.93, 0.66, 0.24>] [0.6 srgb <0.96, 0.78, 0.4>] [1 srgb <0.82, 0.46, 0.14>] } }
#declare Sauce = pigment { bozo scale 0.2 color_map { [0 srgb <0.72, 0.16, 0.05>] [1 srgb <0.84, 0.32, 0.1>] } }
cylinder {
    y * 0, y * 0.12, 2.1
    texture {
        pigment { bozo scale 0.34 turbulence 0.5 pigment_map { [0.38 Sauce scale 3] [0.48 Cheese scale 3] [1 Cheese scale 3] } }
        normal { bumps 0.9 scale 0.14 }
        finish { diffuse 0.85 specular 0.3 roughness 0.03 }
    }
}
// Salami
#macro Salami(R, Turn)
    #local Y = 0.12;
    union {
        cylinder { y * 0, y * 0.05, 0.34 }
        torus { 0.31, 0.045 translate y * 0.04 }
        pigment { bozo scale 0.06 translate R * 9 color_map { [0 srgb <0.62, 0.1, 0.06>] [0.7 srgb <0.76, 0.18, 0.1>] [0.85 srgb <0.9, 0.5, 0.36>] [1 srgb <0.9, 0.5, 0.36>] } }
        normal { bumps 0.4 scale 0.08 }
        finish { diffuse 0.85 specular 0.4 roughness 0.03 }
        rotate <6 * rand(Chance) - 3, 0, 6 * rand(Chance) - 3> translate <R, 0.12, 0> rotate y * Turn
    }
#end
Salami(0.12, 40)
#for (I, 0, 4) Salami(0.92, I * 72 + 12 * rand(Chance)) #end
#for (I, 0, 9) Salami(1.6 + 0.12 * rand(Chance), I * 36 + 14 + 8 * rand(Chance)) #end
// Olives and basil
#for (I, 0, 15)
    torus {
        0.1, 0.045 rotate x * 20 * rand(Chance) translate <0.35 + 1.5 * rand(Chance), 0.16, 0> rotate y * (I * 53)
        pigment { srgb <0.1, 0.09, 0.08> } finish { specular 0.6 roughness 0.02 }
    }
#end
#for (I, 0, 9)
    sphere {
        0, 1 scale <0.24, 0.03, 0.12> rotate <0, 360 * rand(Chance), 14> translate <0.5 + 1.2 * rand(Chance), 0.2, 0> rotate y * (I * 37 + 20)
        pigment { srgb <0.16, 0.36, 0.1> } normal { wrinkles 0.5 scale 0.2 } finish { specular 0.3 }
    }
#end
