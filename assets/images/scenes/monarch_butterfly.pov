// A monarch with open wings on a purple flower.
#include "common.inc"
camera { location <0, 5.2, -6.6> right x up y look_at <0, 0.55, 0> angle 33 }
Lamp(<-6, 14, -5>, <1.15, 1.13, 1.05>, 4)
Skylight(<0.5, 0.52, 0.5>)
plane {
    y, -7
    pigment {
        bozo scale 2.4 warp { turbulence 0.4 octaves 2 }
        color_map { [0 srgb <0.12, 0.24, 0.08>] [0.4 srgb <0.26, 0.42, 0.14>] [0.65 srgb <0.42, 0.56, 0.22>] [1 srgb <0.62, 0.7, 0.36>] }
    }
    finish { diffuse 0 emission 1 }
}
// A wing spreads from its root to an outline; u runs outwards, v along the outline. Orange, veined in black,
// with a black border that carries two rows of white dots.
#macro Wing(Root, Outline, Veins)
    #local Vein = function(x, y) { abs(mod(y * Veins + 0.5, 1) - 0.5) / Veins * x }
    #local Cell = function(x, y) { sqrt(pow((x - 0.44) / 0.045, 2) + pow((y - 0.5) / 3, 2)) }
    #local DotA = function(x, y) { sqrt(pow((x - 0.955) / 0.02, 2) + pow((mod(y * Veins * 2, 1) - 0.5) / 0.26, 2)) }
    #local DotB = function(x, y) { sqrt(pow((x - 0.885) / 0.022, 2) + pow((mod(y * Veins, 1) - 0.5) / 0.2, 2)) }
    object {
        Sheet(Root, Outline, 40, 60)
        texture {
            pigment {
                uv_mapping
                function {
                    select(min(DotA(x, y), DotB(x, y)) - 1, 0.9,
                        select(min(min(0.83 - x, Vein(x, y) - 0.0085), min(min(y, 1 - y) * x - 0.03, (Cell(x, y) - 1) * 0.02)), 0.5, 0.1))
                }
                pigment_map {
                    [0.3 bozo scale 0.2 color_map { [0 srgb <0.93, 0.45, 0.05>] [1 srgb <0.98, 0.58, 0.12>] }]
                    [0.3 srgb <0.05, 0.04, 0.04>] [0.7 srgb <0.05, 0.04, 0.04>] [0.7 srgb <0.97, 0.95, 0.9>] [1 srgb <0.97, 0.95, 0.9>]
                }
            }
            finish { diffuse 0.75, 0.3 specular 0.08 }
        }
    }
#end
#declare ForeRoot = spline { linear_spline 0, <0.06, 0, 0.5> 1, <0.08, 0, 0.1> }
#declare ForeEdge = spline {
    cubic_spline -0.15, <0.4, 0, 0.7> 0, <0.75, 0, 1.1> 0.18, <1.5, 0.02, 1.75> 0.36, <2.25, 0.04, 2.05> 0.45, <2.5, 0.04, 1.9> 0.6, <2.28, 0.02, 1.3> 0.75, <2.0, 0, 0.7>
    0.9, <1.75, 0, 0.12> 1, <1.2, 0, -0.1> 1.15, <0.6, 0, -0.1>
}
#declare HindRoot = spline { linear_spline 0, <0.08, 0, 0.15> 1, <0.06, 0, -0.35> }
#declare HindEdge = spline {
    cubic_spline -0.15, <0.6, 0, 0.1> 0, <1.2, 0, 0.05> 0.15, <1.8, 0, 0.0> 0.32, <1.98, 0, -0.5> 0.5, <1.72, 0, -1.12> 0.68, <1.2, 0, -1.5> 0.85, <0.66, 0, -1.42>
    1, <0.26, 0, -0.95> 1.15, <0.1, 0, -0.6>
}
#declare Pair = union {
    object { Wing(ForeRoot, ForeEdge, 8) translate y * 0.04 rotate z * 17 }
    object { Wing(HindRoot, HindEdge, 7) rotate z * 13 }
}
#declare Dark = pigment { srgb <0.06, 0.05, 0.06> }
union {
    object { Pair }
    object { Pair scale <-1, 1, 1> }
    sphere { 0, 1 scale <0.13, 0.14, 0.42> translate z * 0.28 pigment { Dark } normal { bumps 0.6 scale 0.05 } }
    sphere { 0, 1 scale <0.1, 0.1, 0.62> translate <0, -0.03, -0.55> pigment { Dark } }
    sphere { <0, 0.03, 0.74>, 0.13 pigment { Dark } }
    #for (S, -1, 1, 2)
        sphere_sweep { b_spline 5, <0, 0, 0.7>, 0.02, <S * 0.06, 0.06, 0.8>, 0.02, <S * 0.25, 0.2, 1.15>, 0.018, <S * 0.42, 0.3, 1.5>, 0.02, <S * 0.5, 0.34, 1.66>, 0.05 pigment { Dark } }
        #for (K, 0, 3) sphere { <S * 0.06, 0.12 - 0.02 * K, 0.3 + 0.1 * K>, 0.025 pigment { srgb 0.95 } } #end
    #end
    rotate <-14, -24, 4> translate <-0.05, 0.75, 0.1>
}
// The flower: florets heaped into a cone
#declare Chance = seed(41);
#macro Floret(Place, Size)
    union {
        #for (K, 0, 3)
            sphere { 0, 1 scale <0.5, 0.12, 0.32> translate x * 0.45 rotate z * 16 rotate y * (K * 90 + 40 * rand(Chance)) }
        #end
        pigment { srgb <0.62 + 0.2 * rand(Chance), 0.26 + 0.18 * rand(Chance), 0.72 + 0.14 * rand(Chance)> }
        scale Size rotate <40 * rand(Chance) - 20, 0, 40 * rand(Chance) - 20> translate Place
    }
#end
#for (I, 0, 330)
    #local T = I * 2.39996;
    #local R = 1.75 * sqrt(I / 330);
    Floret(<R * cos(T) * 1.1, 0.25 - 0.38 * R * R + 0.12 * rand(Chance), R * sin(T) * 0.9 - 0.25>, 0.13)
#end
#for (I, 0, 150)
    #local T = I * 2.39996;
    #local R = 0.8 * sqrt(I / 150);
    Floret(<2.7 + R * cos(T), -2.2 - 0.8 * R * R, 3.4 + R * sin(T)>, 0.13)
    Floret(<-3 + R * cos(T), -1.6 - 0.8 * R * R, 2.6 + R * sin(T)>, 0.13)
#end
