// A keyboard seen from the side of its front edge, close up.
#include "common.inc"
camera { location <-2.6, 5.2, -7.2> right x up y look_at <0.1, 0, 0.1> angle 33 }
Lamp(<8, 12, 4>, <1.0, 1.0, 1.02>, 5)
Skylight(<0.5, 0.5, 0.52>)
plane {
    y, -0.35
    pigment { wood turbulence 0.05 scale <0.7, 0.7, 9> rotate y * 60 color_map { [0 srgb <0.52, 0.36, 0.22>] [1 srgb <0.4, 0.26, 0.15>] } }
    finish { specular 0.1 }
}
#declare Plastic = finish { diffuse 0.85 specular 0.25 roughness 0.04 }
// A key: a block that narrows upwards, edges rounded, with dark strokes for its letter.
#macro Cap(Width, Tone, Mark)
    union {
        #local W = Width - 0.1;
        #local E = 0.06;
        #local T = 0.13;
        // Sides as a frustum of four triangles' pairs; the top a rounded plate
        mesh {
            #macro Quad(A, B, C, D) triangle { A, B, C } triangle { A, C, D } #end
            #local A0 = <0.05, 0, 0.05>; #local B0 = <W + 0.05, 0, 0.05>; #local C0 = <W + 0.05, 0, 0.95>; #local D0 = <0.05, 0, 0.95>;
            #local A1 = <0.05 + T, 0.4, 0.05 + T * 0.8>; #local B1 = <W + 0.05 - T, 0.4, 0.05 + T * 0.8>;
            #local C1 = <W + 0.05 - T, 0.44, 0.95 - T * 0.6>; #local D1 = <0.05 + T, 0.44, 0.95 - T * 0.6>;
            Quad(A0, B0, B1, A1) Quad(B0, C0, C1, B1) Quad(C0, D0, D1, C1) Quad(D0, A0, A1, D1) Quad(A1, B1, C1, D1)
        }
        #for (K, 0, 3)
            #local From = <select(mod(K, 2), 0, 0.05 + T, W + 0.05 - T), 0.4 + 0.04 * div(K, 2), select(div(K, 2), 0, 0.05 + T * 0.8, 0.95 - T * 0.6)>;
            sphere { From, E * 0.5 }
        #end
        cylinder { A1, B1, E * 0.5 } cylinder { B1, C1, E * 0.5 } cylinder { C1, D1, E * 0.5 } cylinder { D1, A1, E * 0.5 }
        pigment { srgb Tone } finish { Plastic }
    }
    #if (Mark > 0)
        box { <0.24, 0.42, 0.55>, <0.24 + 0.05, 0.452, 0.8> pigment { srgb 0.2 } }
        box { <0.24, 0.42, 0.75>, <0.24 + 0.18, 0.452, 0.8> pigment { srgb 0.2 } }
        #if (Mark > 0.4) box { <0.37, 0.42, 0.55>, <0.42, 0.45, 0.8> pigment { srgb 0.2 } } #end
        #if (Mark > 0.7) box { <0.24, 0.42, 0.62>, <0.42, 0.45, 0.66> pigment { srgb 0.2 } } #end
    #end
#end
#declare Light = <0.9, 0.9, 0.88>;
#declare Grey = <0.7, 0.71, 0.72>;
#declare Chance = seed(5);
union {
    box { <-8.6, -0.3, -3.15>, <9, 0.06, 3.5> pigment { srgb <0.78, 0.78, 0.77> } finish { Plastic } }
    #for (Row, 0, 4)
        #declare Left = -8.2;
        #declare First = array[5] { 1.5, 2.3, 1.8, 1.5, 1 };
        #while (Left < 8)
            #declare Wide = (Left < -8.1 ? First[Row] : 1);
            #if (Row = 0 & Left > -5 & Left < -2) #declare Wide = 6; #end
            union {
                Cap(Wide, (Left < -8.1 | Wide > 1.2 | Left > 5.2 ? (Wide > 5 ? Light : Grey) : Light), (Wide > 1.2 ? 0 : 0.01 + rand(Chance)))
                translate <Left, 0.02, Row * 1.02 - 2.5>
            }
            #declare Left = Left + Wide;
        #end
    #end
    rotate y * -16
}
