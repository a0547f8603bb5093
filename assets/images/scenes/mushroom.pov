// A fly agaric in moss and grass.
#include "common.inc"
camera { location <0, 2.3, -7> right x up y look_at <0, 1.62, 0> angle 33 }
Lamp(<-6, 8, -11>, <1.15, 1.12, 1>, 4)
Skylight(<0.45, 0.48, 0.42>)
Backdrop(30, 5, <0.1, 0.17, 0.06>, <0.2, 0.3, 0.1>, <0.32, 0.42, 0.16>, <0.5, 0.52, 0.26>)
plane {
    y, 0
    pigment { bozo scale 0.3 turbulence 0.6 color_map { [0 srgb <0.16, 0.24, 0.07>] [0.6 srgb <0.28, 0.37, 0.12>] [1 srgb <0.4, 0.34, 0.18>] } }
    normal { bumps 1 scale 0.1 }
}
object { Grass(<-4.5, 0, -2.6>, <4.5, 0, 6>, 5200, 0.62, 9) }
object { Grass(<-3, 0, -3.2>, <3, 0, -1.4>, 500, 0.8, 2) }
// Fallen leaves
#declare Chance = seed(31);
#for (I, 1, 50)
    disc {
        0, y, 0.22 scale <1.5, 1, 0.8> rotate <50 * rand(Chance) - 25, 360 * rand(Chance), 0>
        translate <6 * rand(Chance) - 3, 0.12 + 0.12 * rand(Chance), 5 * rand(Chance) - 2.4>
        pigment { srgb <0.5 + 0.25 * rand(Chance), 0.32, 0.12> }
    }
#end
#declare Cap = sor {
    8, <0.3, -0.4>, <1.3, -0.14>, <1.6, 0>, <1.56, 0.34>, <1.24, 0.84>, <0.68, 1.2>, <0.02, 1.32>, <0, 1.5>
    sturm
}
union {
    object {
        Cap
        pigment { bozo scale 0.7 color_map { [0 srgb <0.88, 0.12, 0.06>] [1 srgb <0.78, 0.07, 0.04>] } }
        finish { diffuse 0.85 specular 0.55 roughness 0.02 }
    }
    // White warts, thrown on the cap from above along its normal
    #for (I, 0, 64)
        #declare Turn = I * 2.39996;
        #declare Out = 1.5 * sqrt((I + 0.7) / 65);
        #declare Foot = trace(Cap, <Out * cos(Turn), 4, Out * sin(Turn)>, -y);
        sphere {
            0, 1 scale <0.1 + 0.07 * rand(Chance), 0.055, 0.07 + 0.05 * rand(Chance)> rotate y * 360 * rand(Chance) rotate <0, 0, -38 * Out> rotate y * -degrees(Turn)
            translate Foot pigment { srgb <0.97, 0.95, 0.88> } normal { bumps 0.5 scale 0.05 }
        }
    #end
    // Gills below
    cone {
        y * -0.02, 1.5, y * -0.16, 0.4 open
        pigment { function { 0.5 + 0.5 * sin(90 * atan2(z, x)) } color_map { [0 srgb <0.7, 0.66, 0.56>] [1 srgb <0.97, 0.94, 0.85>] } }
    }
    translate y * 1.85
}
// The stem, its ring, its bulb
#declare Stem = texture { pigment { bozo scale <0.1, 0.6, 0.1> color_map { [0 srgb <0.86, 0.83, 0.74>] [1 srgb <0.98, 0.96, 0.9>] } } normal { bumps 0.4 scale <0.06, 0.3, 0.06> } }
sor { 7, <0.8, -0.5>, <0.62, -0.1>, <0.55, 0.2>, <0.42, 0.6>, <0.36, 1.2>, <0.34, 1.95>, <0.34, 2.4> texture { Stem } }
cone { y * 1.42, 0.36, y * 1.16, 0.64 open texture { Stem } }
