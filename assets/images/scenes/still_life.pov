// The colourful sample picture: oranges, a lemon and a mug on a wooden table. Made for this project;
// draw_samples.py renders it (POV-Ray 3.7).
#version 3.7;
global_settings {
    assumed_gamma 1.0
    radiosity { count 60 error_bound 0.9 recursion_limit 1 brightness 0.8 }
}
camera { location <0, 4.6, -9.2> right x up y look_at <0.2, 0.85, 0> angle 41 }
background { rgb <0.55, 0.6, 0.66> }
light_source {
    <-9, 12, -7> rgb <1.25, 1.15, 1.0>
    area_light <3, 0, 0>, <0, 0, 3>, 5, 5 adaptive 1 jitter circular orient
}
light_source { <8, 7, -9> rgb 0.22 shadowless }

// The table and the wall
plane {
    y, 0
    texture {
        pigment {
            wood turbulence <0.06, 0.05, 0.3> octaves 3 scale <0.35, 0.35, 6>
            color_map { [0 rgb <0.36, 0.19, 0.09>] [0.7 rgb <0.5, 0.29, 0.15>] [1 rgb <0.3, 0.15, 0.07>] }
            rotate y * 82
        }
        finish { diffuse 0.8 specular 0.15 roughness 0.05 reflection { 0.03 } }
    }
}
plane {
    -z, -7
    pigment { gradient y color_map { [0 rgb <0.33, 0.42, 0.5>] [1 rgb <0.62, 0.7, 0.75>] } scale 12 }
    finish { diffuse 0.8 }
}

// Citrus fruit: a sphere, slightly flat, with pores
#macro Citrus(Radius, Colour, Seed)
    sphere {
        0, 1
        texture {
            pigment {
                bozo scale 0.7 translate Seed
                color_map { [0 rgb Colour] [1 rgb Colour * <1.0, 0.86, 0.8>] }
            }
            normal { bumps 0.22 scale 0.035 }
            finish { diffuse 0.75 specular 0.35 roughness 0.03 }
        }
        scale <1, 0.96, 1> * Radius
    }
#end
#declare Leaf = intersection {
    sphere { <0, 0, 0.55>, 1 } sphere { <0, 0, -0.55>, 1 }
    sphere { <0, -2.6, 0>, 2.66 } sphere { <0, -2.66, 0>, 2.66 inverse }
    texture { pigment { rgb <0.09, 0.26, 0.05> } finish { diffuse 0.8 specular 0.3 roughness 0.05 } }
}
union {
    object { Citrus(1.05, <0.92, 0.33, 0.01>, 3) }
    cylinder { <0, 0.9, 0>, <0.03, 1.12, 0>, 0.06 pigment { rgb <0.2, 0.16, 0.06> } }
    object { Leaf scale 0.75 rotate <0, 25, 14> translate <-0.55, 1.1, -0.1> }
    rotate <-14, 20, -10> translate <-1.25, 1.0, -0.9>
}
object { Citrus(0.98, <0.93, 0.37, 0.02>, 11) rotate <50, 0, 30> translate <-2.35, 0.93, 1.3> }

// A lemon: drawn out at both ends
sor {
    9,
    <0.0, -1.62>, <0.02, -1.45>, <0.17, -1.36>, <0.5, -1.05>, <0.86, 0>, <0.55, 1.0>, <0.2, 1.34>, <0.03, 1.44>, <0, 1.6>
    sturm
    texture {
        pigment { rgb <0.93, 0.74, 0.06> }
        normal { bumps 0.2 scale 0.05 }
        finish { diffuse 0.75 specular 0.35 roughness 0.03 }
    }
    rotate <0, 0, 90> scale 0.86 rotate <0, 32, 0> translate <0.75, 0.72, -2.35>
}

// A mug of coffee
#declare Glaze = texture {
    pigment { rgb <0.06, 0.24, 0.5> }
    finish { diffuse 0.75 specular 0.7 roughness 0.008 reflection { 0.02, 0.12 } }
}
union {
    difference {
        cylinder { <0, 0, 0>, <0, 2.3, 0>, 1.2 texture { Glaze } }
        cylinder {
            <0, 0.2, 0>, <0, 2.4, 0>, 1.08
            texture { pigment { rgb <0.9, 0.88, 0.84> } finish { diffuse 0.8 specular 0.4 } }
        }
    }
    torus { 1.14, 0.06 translate y * 2.3 texture { Glaze } }
    cylinder {
        <0, 0.3, 0>, <0, 1.85, 0>, 1.079
        pigment { rgb <0.09, 0.035, 0.012> }
        finish { specular 0.6 roughness 0.01 reflection 0.08 }
    }
    torus { 0.62, 0.16 rotate x * 90 scale <1, 1.1, 1> translate <1.3, 1.2, 0> texture { Glaze } }
    rotate y * 28 translate <1.6, 0, 0.9>
}
