// A suspension bridge over a strait: towers of stone, cables and deck of steel.
#include "common.inc"
camera { location <-43, 5.5, -19> right x up y look_at <-10, 8.8, 0> angle 46 }
light_source { <-600, 500, -700> rgb <1.15, 1.08, 0.98> }
Skylight(<0.45, 0.5, 0.58>)
Sky(<0.82, 0.88, 0.94>, <0.34, 0.54, 0.82>, 0.5, <0.97, 0.98, 1>)
Water(0, <0.1, 0.24, 0.32>, 3, 0.16)
#declare Steel = texture { pigment { srgb <0.24, 0.27, 0.28> } finish { diffuse 0.9 } }
#declare Stone = texture { pigment { brick srgb <0.36, 0.33, 0.29>, srgb <0.5, 0.46, 0.4> brick_size <1.2, 0.5, 0.8> mortar 0.06 } }
#declare Half = 22;         // from the middle to a tower
#declare Deck = 4.6;
#declare Top = 16;
#declare Sag = function(x) { Deck + 0.9 + (Top - Deck - 0.9) * pow(x / 22, 2) }
// Hills on the far side
#for (I, 0, 16)
    sphere {
        0, 1 scale <26, 7 + 4 * sin(I * 2.3), 12> translate <-190 + I * 24, 0, 130 + 20 * sin(I * 4.1)>
        pigment { bozo scale 1.2 turbulence 0.5 color_map { [0 srgb <0.36, 0.45, 0.42>] [1 srgb <0.5, 0.57, 0.5>] } }
        normal { bumps 0.6 scale 0.2 }
    }
#end
#macro Cable(A, B) cylinder { A, B, 0.27 texture { Steel } } #end
#for (Side, -1, 1, 2)
    #local Z = Side * 1.7;
    // Main cable: parabola between the towers, straight to the anchors
    #for (I, -22, 21)
        Cable(<I, Sag(I), Z>, <I + 1, Sag(I + 1), Z>)
    #end
    #for (End, -1, 1, 2)
        Cable(<End * Half, Top, Z>, <End * 52, Deck, Z>)
        #for (I, 2, 28, 2)
            cylinder { <End * (Half + I), Deck, Z>, <End * (Half + I), Top - (Top - Deck) * I / 30, Z>, 0.1 texture { Steel } }
        #end
        // A leg of the tower
        box { <End * Half - 0.95, -1, Z - 0.75>, <End * Half + 0.95, Top + 0.5, Z + 0.75> texture { Stone } }
    #end
    #for (I, -21, 21, 1.5)
        cylinder { <I, Deck, Z>, <I, Sag(I), Z>, 0.1 texture { Steel } }
    #end
#end
#for (End, -1, 1, 2)
    // The gate of the tower: a pointed arch over the road, a heavy top
    difference {
        box { <End * Half - 0.8, 5, -1.8>, <End * Half + 0.8, Top + 0.6, 1.8> }
        box { <End * Half - 1, 4, -1.05>, <End * Half + 1, 10.2, 1.05> }
        intersection { cylinder { <-99, 10.2, -1.05>, <99, 10.2, -1.05>, 2.1 } cylinder { <-99, 10.2, 1.05>, <99, 10.2, 1.05>, 2.1 } }
        texture { Stone }
    }
    box { <End * Half - 1.15, Top + 0.4, -2.7>, <End * Half + 1.15, Top + 1.1, 2.7> texture { Stone } }
    box { <End * Half - 2.4, -1, -3.4>, <End * Half + 2.4, 1.4, 3.4> pigment { srgb <0.62, 0.6, 0.56> } }
#end
box { <-140, Deck - 0.65, -1.9>, <140, Deck, 1.9> texture { Steel } }
#for (I, -90, 90, 2)
    cylinder { <I, Deck - 1.25, -1.9>, <I + 1, Deck - 0.5, -1.9>, 0.09 texture { Steel } }
    cylinder { <I + 1, Deck - 0.5, -1.9>, <I + 2, Deck - 1.25, -1.9>, 0.09 texture { Steel } }
#end
box { <-140, Deck - 1.35, -1.95>, <140, Deck - 1.15, -1.75> texture { Steel } }
// The near shore
#declare Chance = seed(3);
#for (I, 0, 40)
    sphere {
        0, 1 scale <1.2, 0.9, 1.1> * (0.7 + rand(Chance)) translate <-40 + 9 * rand(Chance), 0.1, -19 + 2 * rand(Chance)>
        pigment { bozo scale 0.2 color_map { [0 srgb <0.14, 0.24, 0.1>] [1 srgb <0.32, 0.42, 0.18>] } } normal { bumps 1 scale 0.12 }
    }
#end
