// A school bus at the kerb.
#include "common.inc"
camera { location <-9, 3.6, -10.5> right x up y look_at <0.12, 1.75, 0> angle 32.5 }
Lamp(<-40, 60, -50>, <1.15, 1.1, 1>, 10)
Skylight(<0.46, 0.5, 0.56>)
Sky(<0.84, 0.9, 0.96>, <0.42, 0.62, 0.88>, 0.4, <0.97, 0.98, 1>)
plane { y, 0 pigment { granite scale 0.4 color_map { [0 srgb <0.36, 0.36, 0.37>] [1 srgb <0.52, 0.52, 0.52>] } } }
box { <-60, 0, 2.3>, <60, 0.2, 5> pigment { srgb <0.72, 0.71, 0.68> } }
box { <-900, 0, 5>, <900, 0.22, 2000> pigment { bozo scale 0.8 color_map { [0 srgb <0.26, 0.42, 0.14>] [1 srgb <0.4, 0.52, 0.2>] } } }
#for (I, -6, 6) box { <I * 4, 0, -3.4>, <I * 4 + 2, 0.005, -3.2> pigment { srgb <0.9, 0.9, 0.86> } } #end
// Trees
#declare Chance = seed(19);
#for (I, 0, 15)
    #local X = -22 + 4.4 * I + rand(Chance);
    #local Z = 15 + 5 * rand(Chance);
    cylinder { <X, 0, Z>, <X, 3, Z>, 0.25 pigment { srgb <0.3, 0.22, 0.15> } }
    #for (K, 1, 14)
        sphere {
            <X + 3.4 * (rand(Chance) - 0.5), 3 + 3 * rand(Chance), Z + 2 * (rand(Chance) - 0.5)>, 0.8 + 0.7 * rand(Chance)
            pigment { bozo scale 0.15 color_map { [0 srgb <0.1, 0.2, 0.06>] [0.6 srgb <0.22, 0.38, 0.12>] [1 srgb <0.4, 0.54, 0.2>] } }
            normal { bumps 1 scale 0.15 }
        }
    #end
#end
#declare Paint = texture { pigment { srgb <0.98, 0.68, 0.03> } finish { diffuse 0.85 specular 0.35 roughness 0.02 reflection { 0.02, 0.1 } } }
#declare Black = texture { pigment { srgb <0.06, 0.06, 0.065> } finish { specular 0.3 roughness 0.03 } }
#declare Glass = texture { pigment { srgb <0.1, 0.13, 0.16> } finish { specular 0.8 roughness 0.005 reflection { 0.08, 0.4 } } }
#macro Rounded(A, B, R)
    union {
        box { A + <R, R, 0>, B - <R, R, 0> } box { A + <R, 0, R>, B - <R, 0, R> } box { A + <0, R, R>, B - <0, R, R> }
        #local L = A + R; #local H = B - R;
        cylinder { <L.x, L.y, L.z>, <H.x, L.y, L.z>, R } cylinder { <L.x, H.y, L.z>, <H.x, H.y, L.z>, R }
        cylinder { <L.x, L.y, H.z>, <H.x, L.y, H.z>, R } cylinder { <L.x, H.y, H.z>, <H.x, H.y, H.z>, R }
        cylinder { <L.x, L.y, L.z>, <L.x, H.y, L.z>, R } cylinder { <L.x, L.y, H.z>, <L.x, H.y, H.z>, R }
        cylinder { <H.x, L.y, L.z>, <H.x, H.y, L.z>, R } cylinder { <H.x, L.y, H.z>, <H.x, H.y, H.z>, R }
        cylinder { <L.x, L.y, L.z>, <L.x, L.y, H.z>, R } cylinder { <L.x, H.y, L.z>, <L.x, H.y, H.z>, R }
        cylinder { <H.x, L.y, L.z>, <H.x, L.y, H.z>, R } cylinder { <H.x, H.y, L.z>, <H.x, H.y, H.z>, R }
        #for (K, 0, 7) sphere { <select(mod(K, 2) - 1, L.x, H.x), select(mod(div(K, 2), 2) - 1, L.y, H.y), select(div(K, 4) - 1, L.z, H.z)>, R } #end
    }
#end
// The bus faces -x; its side towards us is z = -1.25.
union {
    difference {
        union {
            object { Rounded(<-2.2, 0.62, -1.25>, <5.2, 3.3, 1.25>, 0.3) }
            object { Rounded(<-3.75, 0.62, -1.08>, <-2.0, 1.72, 1.08>, 0.22) }
        }
        cylinder { <-2.85, 0.55, -2>, <-2.85, 0.55, 2>, 0.68 }
        cylinder { <3.1, 0.55, -2>, <3.1, 0.55, 2>, 0.68 }
        texture { Paint }
    }
    // Windows of the side, in a dark band; stripes
    box { <-1.75, 2.08, -1.262>, <5.0, 2.82, 1.262> texture { Black } }
    #for (I, 0, 7) box { <-0.72 + I * 0.71, 2.14, -1.27>, <-0.72 + I * 0.71 + 0.6, 2.76, 1.27> texture { Glass } } #end
    box { <-1.68, 2.14, -1.27>, <-0.86, 2.76, 1.27> texture { Glass } }
    #for (I, 0, 2) box { <-2.0, 1.86 - I * 0.36, -1.27>, <5.1, 1.93 - I * 0.36, 1.27> texture { Black } } #end
    text { internal 1 "SCHOOL BUS" 0.02, 0 scale <0.36, 0.3, 1> translate <0.6, 1.6, -1.275> texture { Black } }
    // Windscreen, board above it, lamps
    box { <-2.22, 1.78, -1.02>, <-2.1, 2.72, 1.02> texture { Glass } }
    box { <-2.25, 1.74, -0.04>, <-2.1, 2.74, 0.04> texture { Black } }
    text { internal 1 "SCHOOL BUS" 0.05, 0 scale <0.3, 0.3, 1> rotate y * 90 translate <-2.24, 2.88, 0.86> texture { Black } }
    #for (S, -1, 1, 2)
        sphere { <-2.1, 3.14, S * 0.98>, 0.13 pigment { srgb <0.85, 0.1, 0.06> } finish { emission 0.2 specular 0.6 } }
        sphere { <-2.1, 3.14, S * 0.7>, 0.13 pigment { srgb <1, 0.55, 0.05> } finish { emission 0.2 specular 0.6 } }
        sphere { 0, 1 scale <0.08, 0.17, 0.17> translate <-3.76, 1.22, S * 0.78> pigment { srgb <0.95, 0.95, 0.92> } finish { specular 0.9 emission 0.3 } }
        sphere { 0, 1 scale <0.1, 0.26, 0.16> translate <-2.7, 2.3, S * 1.5> texture { Black } }
        cylinder { <-2.1, 2.2, S * 1.2>, <-2.7, 2.3, S * 1.5>, 0.03 texture { Black } }
    #end
    #for (K, 0, 4) box { <-3.79, 0.98 + K * 0.13, -0.5>, <-3.7, 1.05 + K * 0.13, 0.5> texture { Black } } #end
    box { <-3.95, 0.5, -1.15>, <-3.7, 0.78, 1.15> texture { Black } }
    box { <-3.7, 0.55, -1.0>, <5.1, 0.7, 1.0> texture { Black } }
    // Wheels
    #for (S, -1, 1, 2) #for (W, 0, 1)
        union {
            difference { cylinder { <0, 0, -0.2>, <0, 0, 0.2>, 0.55 } cylinder { <0, 0, -0.3>, <0, 0, 0.3>, 0.3 } texture { Black } }
            cylinder { <0, 0, -0.14>, <0, 0, 0.14>, 0.31 pigment { srgb <0.72, 0.7, 0.64> } }
            cylinder { <0, 0, -0.19>, <0, 0, 0.19>, 0.12 texture { Black } }
            translate <(W = 0 ? -2.85 : 3.1), 0.55, S * 1.02>
        }
    #end #end
    // The stop arm
    cylinder { <-1.9, 1.45, -1.3>, <-1.9, 1.45, -1.33>, 0.26 pigment { srgb <0.8, 0.08, 0.06> } }
}
