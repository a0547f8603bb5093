// A snow mountain above a valley of meadows and firs.
#include "common.inc"
camera { location <0, 2.3, -14> right x up y look_at <0.6, 4.7, 0> angle 36 }
light_source { <-90, 60, -35> rgb <1.3, 1.24, 1.12> }
Skylight(<0.4, 0.5, 0.66>)
Sky(<0.7, 0.83, 0.95>, <0.16, 0.38, 0.76>, 0.42, <0.97, 0.98, 1>)
// The height of the land, in units of the picture's: a high peak, its shoulders, the valley in front.
#declare Peak = function(x, z, px, pz, tall, wide) {
    tall * exp(-pow(sqrt(pow((x - px) / wide, 2) + pow((z - pz) / wide, 2)), 1.15))
}
#declare Land = function(x, z) {
    (Peak(x, z, 1, 12, 13.5, 5.5) + Peak(x, z, -8.5, 15, 7.5, 5) + Peak(x, z, 10.5, 15, 8, 4.5))
    * (0.5 + 0.62 * FineRidges(x * 0.3, 3, z * 0.3)) + 0.25 * Noise(x * 0.5, 0, z * 0.5)
}
#declare MX = function(u, v) { (u - 0.5) * 40 }
#declare MZ = function(u, v) { -2 + v * 22 }
#declare MY = function(u, v) { Land((u - 0.5) * 40, -2 + v * 22) }
#declare Rock = pigment { granite scale 2.5 color_map { [0 srgb <0.24, 0.24, 0.27>] [0.6 srgb <0.42, 0.4, 0.4>] [1 srgb <0.58, 0.55, 0.52>] } }
#declare Snow = pigment { srgb <0.96, 0.97, 1> }
#declare Mixed = pigment { slope { y } turbulence 0 pigment_map { [0.54 Rock] [0.66 Snow] } }
#declare Meadow = pigment { bozo scale 0.5 turbulence 0.5 color_map { [0 srgb <0.3, 0.44, 0.15>] [0.55 srgb <0.4, 0.54, 0.2>] [1 srgb <0.52, 0.6, 0.27>] } }
object {
    Surface(MX, MY, MZ, 260, 190)
    texture {
        pigment {
            gradient y
            warp { turbulence 0.06 octaves 4 }
            pigment_map { [0.1 Meadow scale 1 / 15] [0.17 Rock scale 1 / 15] [0.24 Rock scale 1 / 15] [0.34 Mixed scale 1 / 15] [1 Mixed scale 1 / 15] }
            scale 15
        }
    }
}
// The near meadow
plane { y, 0.35 texture { pigment { Meadow } normal { bumps 0.8 scale 0.2 } } }
// Firs at the edge of the valley
#declare Chance = seed(14);
#macro Fir(Place, Tall)
    union {
        #for (K, 0, 4) cone { y * (0.1 + 0.2 * K), 0.3 - 0.055 * K, y * (0.42 + 0.2 * K), 0.02 } #end
        cylinder { 0, y * 0.2, 0.05 }
        pigment { bozo scale 0.1 color_map { [0 srgb <0.06, 0.14, 0.08>] [1 srgb <0.16, 0.28, 0.14>] } }
        normal { bumps 1 scale 0.08 }
        scale Tall translate Place
    }
#end
#for (I, 0, 190)
    #declare X = 26 * rand(Chance) - 13;
    #declare Z = 3 + 2.5 * rand(Chance) - abs(X) * 0.55;
    #if (abs(X) > 1.5 | Z > 3.5) Fir(<X, max(0.35, Land(X, Z)), Z>, 0.7 + 0.6 * rand(Chance)) #end
#end
#for (I, 0, 5) Fir(<-5.4 + I * 0.42 - 0.5 * mod(I, 2), 0.3, -4.6 + 0.7 * mod(I, 3)>, 2.2 - 0.22 * I) #end
