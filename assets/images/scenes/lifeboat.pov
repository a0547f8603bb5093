// A lifeboat at sea: orange house on a blue hull, throwing spray.
#include "common.inc"
camera { location <-7.5, 3, -10.5> right x up y look_at <-0.05, 1.5, 0> angle 33 }
light_source { <-60, 90, -70> rgb <1.1, 1.06, 1> }
Skylight(<0.5, 0.54, 0.6>)
Sky(<0.8, 0.85, 0.9>, <0.5, 0.64, 0.8>, 0.75, <0.86, 0.88, 0.91>)
// The sea: waves of three lengths; foam on the crests and along the boat.
#declare Swell = function(x, z) {
    0.16 * sin(0.9 * x + 0.35 * z) + 0.1 * sin(1.1 * z - 0.7 * x + 1) + 0.5 * (Noise(x * 0.75, 0, z * 0.75) - 0.5) + 0.2 * (Noise(x * 2.2, 3, z * 2.2) - 0.5)
}
#declare Wake = function(x, z) { exp(-pow((abs(z) - 0.9 - 0.16 * (x + 4)) / 0.55, 2)) * select(x + 4.2, 0, 1) * exp(-max(0, x - 3) / 6) }
#declare SX = function(u, v) { (u - 0.5) * 34 }
#declare SZ = function(u, v) { -8 + v * 34 }
#declare SY = function(u, v) { Swell((u - 0.5) * 34, -8 + v * 34) + 0.25 * Wake((u - 0.5) * 34, -8 + v * 34) * (0.5 + Noise(u * 60, 1, v * 60)) }
#declare Sea = texture {
    pigment {
        function { min(0.999, max(0, 0.3 + 0.55 * y + Wake(x, z) * (0.25 + 0.9 * Noise(x * 2.5, y * 2, z * 2.5)))) }
        color_map { [0 srgb <0.14, 0.25, 0.3>] [0.3 srgb <0.22, 0.34, 0.38>] [0.52 srgb <0.36, 0.5, 0.52>] [0.66 srgb <0.86, 0.9, 0.92>] [1 srgb 1] }
    }
    normal { bumps 0.45 scale <0.35, 0.2, 0.2> }
    finish { diffuse 0.75 specular 0.2 roughness 0.02 reflection { 0.02, 0.14 } }
}
object { Surface(SX, SY, SZ, 170, 170) texture { Sea } }
plane {
    y, -0.15
    pigment { bozo scale <2, 1, 0.8> color_map { [0 srgb <0.2, 0.32, 0.37>] [1 srgb <0.3, 0.43, 0.47>] } }
    normal { bumps 0.5 scale <2, 0.6, 0.7> } finish { reflection { 0.05, 0.4 } }
}
// The hull; the bow is at -x.
#declare Beam = function(u) { 1.32 * pow(min(1, u * 1.55), 0.55) * (1 - 0.12 * u) }
#declare Sheer = function(u) { 1.2 + 0.62 * pow(1 - u, 2.2) }
#declare HX = function(u, v) { -3.9 + 7.4 * u + 1.1 * pow(max(0, 1 - u), 3) * pow(max(0, cos((v - 0.5) * pi)), 1) }
#declare HY = function(u, v) { Sheer(u) - (Sheer(u) + 0.6) * pow(max(0, cos((v - 0.5) * pi)), 0.8) }
#declare HZ = function(u, v) { Beam(u) * sin((v - 0.5) * pi) * (0.72 + 0.28 * abs(sin((v - 0.5) * pi))) }
#declare DZ = function(u, v) { Beam(u) * (2 * v - 1) * 0.98 }
#declare DX = function(u, v) { -3.9 + 7.4 * u }
#declare DY = function(u, v) { Sheer(u) - 0.08 }
#declare Orange = texture { pigment { srgb <0.98, 0.36, 0.05> } finish { diffuse 0.85 specular 0.3 roughness 0.03 } }
#declare White = texture { pigment { srgb 0.94 } finish { specular 0.3 } }
#declare Glass = texture { pigment { srgb <0.08, 0.1, 0.12> } finish { specular 0.8 roughness 0.01 reflection 0.15 } }
#declare Steel = texture { pigment { srgb <0.82, 0.83, 0.84> } finish { specular 0.5 } }
#macro Rail(Side)
    #for (I, 1, 17)
        #local U = I / 18;
        #local Foot = <DX(U, 0), Sheer(U), Side * Beam(U) * 0.95>;
        cylinder { Foot, Foot + y * 0.42, 0.025 texture { Steel } }
        #if (I < 17)
            #local U = (I + 1) / 18;
            #local Next = <DX(U, 0), Sheer(U), Side * Beam(U) * 0.95>;
            cylinder { Foot + y * 0.42, Next + y * 0.42, 0.025 texture { Steel } }
            cylinder { Foot + y * 0.22, Next + y * 0.22, 0.018 texture { Steel } }
        #end
    #end
#end
union {
    object {
        Surface(HX, HY, HZ, 60, 60)
        texture {
            pigment {
                uv_mapping function { abs(2 * y - 1) }
                color_map { [0.5 srgb <0.7, 0.1, 0.06>] [0.5 srgb 0.95] [0.54 srgb 0.95] [0.54 srgb <0.06, 0.12, 0.36>] [0.9 srgb <0.06, 0.12, 0.36>] [0.9 srgb <0.98, 0.36, 0.05>] [1 srgb <0.98, 0.36, 0.05>] }
            }
            finish { diffuse 0.85 specular 0.4 roughness 0.02 }
        }
    }
    box { <3.4, -0.5, -1.1>, <3.5, 1.15, 1.1> pigment { srgb <0.06, 0.12, 0.36> } }
    object { Surface(DX, DY, DZ, 40, 4) pigment { srgb <0.55, 0.56, 0.56> } }
    // The house: a low trunk, the wheelhouse with its windows, a flying bridge
    prism { linear_spline -0.95, 0.95, 5, <-2.4, 1.2>, <-1.5, 1.85>, <2.5, 1.85>, <2.7, 1.1>, <-2.4, 1.2> rotate x * -90 scale <1, 1, -1> texture { Orange } }
    prism { linear_spline -0.85, 0.85, 5, <-1.35, 1.8>, <-0.7, 2.75>, <1.35, 2.75>, <1.6, 1.8>, <-1.35, 1.8> rotate x * -90 scale <1, 1, -1> texture { Orange } }
    #for (I, 0, 2) box { <-0.52 + 0.66 * I, 2.12, -0.865>, <0.0 + 0.66 * I, 2.56, 0.865> texture { Glass } } #end
    #for (I, -1, 1) box { <-0.03, -0.2, -0.23>, <0.03, 0.24, 0.23> rotate z * -34 translate <-0.93, 2.36, I * 0.54> texture { Glass } } #end
    box { <-0.75, 2.75, -0.9>, <1.45, 2.83, 0.9> texture { White } }
    box { <-0.1, 2.8, -0.6>, <0.9, 3.1, 0.6> texture { Orange } }
    #for (I, 0, 3) cylinder { <-1.2 + I, 1.56, -0.96>, <-1.2 + I, 1.56, 0.96>, 0.13 texture { Glass } } #end
    // Mast with radar and aerials, flag
    cylinder { <0.7, 2.8, 0>, <0.85, 4.5, 0>, 0.05 texture { Steel } }
    cylinder { <1.1, 2.8, 0.5>, <1.2, 4.9, 0.5>, 0.02 texture { Steel } }
    box { <0.35, 3.6, -0.5>, <0.55, 3.75, 0.5> texture { White } }
    sphere { <0.75, 4.0, 0>, 0.16 texture { White } }
    box { <0.88, 4.05, -0.01>, <1.5, 4.4, 0.01> pigment { srgb <0.8, 0.1, 0.1> } }
    Rail(-1) Rail(1)
    // Two of the crew aft
    #for (I, 0, 1)
        sphere { <2.2 + 0.5 * I, 2.5, -0.2 + 0.5 * I>, 0.16 pigment { srgb <0.95, 0.9, 0.2> } }
        sphere_sweep { linear_spline 2, <2.2 + 0.5 * I, 2.2, -0.2 + 0.5 * I>, 0.2, <2.2 + 0.5 * I, 1.75, -0.2 + 0.5 * I>, 0.22 pigment { srgb <0.95, 0.75, 0.1> } }
    #end
    rotate <3, 0, -4> translate y * 0.12
}
// Spray at the bow
#declare Chance = seed(50);
#for (I, 1, 420)
    #local D = rand(Chance);
    #local Side = (rand(Chance) < 0.7 ? -1 : 1);
    sphere {
        <-3.6 + 3.6 * D + 0.3 * rand(Chance), 0.1 + 0.75 * rand(Chance) * exp(-1.6 * D) * (1 - 0.3 * D), Side * (0.3 + 1.25 * pow(D, 0.6) + 0.5 * rand(Chance))>, 0.03 + 0.07 * rand(Chance)
        pigment { srgb 1 transmit 0.25 } finish { diffuse 0.8 emission 0.15 }
    }
#end
