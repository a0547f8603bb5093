// A sea nettle drifting in blue water.
#include "common.inc"
camera { location <0, 0, -9> right x up y look_at <0, -0.15, 0> angle 38 }
light_source { <-3, 12, -6> rgb <1, 0.98, 0.95> }
light_source { <4, 3, -8> rgb 0.4 shadowless }
plane {
    -z, -12
    pigment { gradient y translate -0.5 scale 20 color_map { [0 srgb <0.01, 0.06, 0.36>] [0.5 srgb <0.04, 0.2, 0.68>] [1 srgb <0.16, 0.46, 0.9>] } }
    finish { diffuse 0 emission 1 }
}
#declare Tint = <0.95, 0.62, 0.3>;
// The bell: a dome, its rim drawn in, with streaks from the top; lit through.
#declare Dome = function(u) { 1.5 * sin(u * 1.95) / sin(1.5708) }
#declare JX = function(u, v) { Dome(u) * (1 + 0.025 * u * cos(24 * 2 * pi * v)) * cos(2 * pi * v) }
#declare JZ = function(u, v) { Dome(u) * (1 + 0.025 * u * cos(24 * 2 * pi * v)) * sin(2 * pi * v) }
#declare JY = function(u, v) { 1.02 * cos(u * 1.95) + 0.03 * u * cos(24 * 2 * pi * v) }
union {
    object {
        Surface(JX, JY, JZ, 40, 96)
        texture {
            pigment {
                uv_mapping
                function { 0.5 + 0.5 * cos(16 * 2 * pi * y) * min(1, x * 1.6) }
                color_map {
                    [0 srgb <1, 0.86, 0.66> transmit 0.42] [0.55 srgb <0.97, 0.68, 0.36> transmit 0.35]
                    [0.85 srgb <0.72, 0.3, 0.1> transmit 0.18] [1 srgb <0.66, 0.24, 0.08> transmit 0.15]
                }
            }
            finish { diffuse 0.75, 0.45 emission 0.2 specular 0.35 roughness 0.03 }
        }
    }
    sphere { 0, 1 scale <0.8, 0.5, 0.8> translate y * 0.2 pigment { srgb <1, 0.8, 0.55> transmit 0.55 } finish { emission 0.3 diffuse 0.6 } }
    // Tentacles from the rim
    #declare Chance = seed(6);
    #for (I, 0, 23)
        #local Turn = I * 15 + 6 * rand(Chance);
        #local Ph = 6.28 * rand(Chance);
        #local Long = 2.6 + 1.9 * rand(Chance);
        sphere_sweep {
            b_spline 10
            #for (K, -1, 8)
                #local D = K / 8;
                , <1.34 * cos(radians(Turn)) + 0.22 * D * sin(Ph + 6 * D) + 0.9 * D * D, -0.36 - Long * D, 1.34 * sin(radians(Turn)) + 0.22 * D * cos(Ph + 5 * D)>, 0.034 * (1 - 0.6 * max(0, D))
            #end
            pigment { srgb <0.86, 0.4, 0.16> transmit 0.1 } finish { emission 0.3 diffuse 0.6 }
        }
    #end
    // The frilled arms under the mouth
    #for (I, 0, 6)
        #local Ph = I * 0.9;
        #for (K, 0, 54)
            #local D = K / 54;
            sphere {
                <(0.34 - 0.1 * D) * cos(Ph + 3 * D) + 0.18 * sin(9 * D + Ph) * D + 0.8 * D * D, -0.1 - 3.3 * D, (0.34 - 0.1 * D) * sin(Ph + 3 * D)>
                    + 0.07 * <sin(K * 2.1), cos(K * 1.3), sin(K * 2.9)>,
                0.17 * (1 - 0.72 * D)
                pigment { srgb <1, 0.9, 0.78> transmit 0.45 } finish { emission 0.28 diffuse 0.6 }
            }
        #end
    #end
    rotate <-12, 10, 20> translate <-0.45, 1.1, 0>
}
// Motes in the water
#for (I, 1, 60)
    sphere { <8 * rand(Chance) - 4, 8 * rand(Chance) - 4, 3 + 4 * rand(Chance)>, 0.012 + 0.02 * rand(Chance) pigment { srgb <0.5, 0.7, 1> transmit 0.5 } finish { emission 0.7 } }
#end
