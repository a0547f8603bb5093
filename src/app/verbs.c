#include "app/app.h"

#include "base/text.h"
#include <string.h>

const Verb verbs[] = {
    {"view", "[MODEL] [--image F]", "step through a network in a window (the default)",
     "convoscope view lenet\n"
     "convoscope view googlenet --image dog.jpg\n"
     "convoscope view lenet --lang es --big\n"
     "convoscope view alexnet-mini --state \"node=conv1; channel=3; depth=unit\"\n",
     0, 1, verb_view, true},
    {"models", "", "every network: family, year, parameters, multiply-adds, weights",
     "convoscope models\nconvoscope models --json\n", 0, 0, verb_models, false},
    {"info", "MODEL", "every node: shapes, parameters, multiply-adds, receptive field, bytes",
     "convoscope info alexnet\n"
     "convoscope info googlenet --paper\n"
     "convoscope info vgg19 --size 448\n"
     "convoscope info ./mine.json\n",
     1, 1, verb_info, false},
    {"run", "MODEL (--image F | --input F.npy)", "what a network says of a picture",
     "convoscope run resnet18 --image dog.jpg --top 3\n"
     "convoscope run vgg19 --image dog.jpg --conv naive\n"
     "convoscope run alexnet --input x.npy --dump out --nodes conv1,conv5.relu\n"
     "convoscope run resnet50-tv --image dog.jpg --weights resnet50.safetensors --json\n",
     1, 1, verb_run, false},
    {"export", "MODEL (--image F | --input F.npy) [--nodes N1,N2] --out DIR",
     "feature maps, contact sheets and kernels as pictures or .npy",
     "convoscope export alexnet --image dog.jpg --nodes conv1.relu --out maps --what sheet\n"
     "convoscope export alexnet --image dog.jpg --nodes conv1 --out kernels --what kernels --scale "
     "8\n"
     "convoscope export vgg19 --image dog.jpg --nodes all --out maps --shard 1/4\n",
     1, 1, verb_export, false},
    {"explain", "METHOD MODEL (--image F | --input F.npy) [--node N | --class K] --out F.png|F.npy",
     "what in a picture excites a unit, or speaks for a class",
     "convoscope explain deconvnet zfnet-mini --image dog.jpg --node bn4.relu --out d.png\n"
     "convoscope explain guided alexnet --image dog.jpg --node conv5.relu --channel 58 --out "
     "g.npy\n"
     "convoscope explain gradient resnet-mini --image dog.jpg --class teapot --out g.png\n"
     "convoscope explain cube zfnet-mini --image dog.jpg --node bn3.relu --out cube.png\n"
     "convoscope explain occlusion googlenet-mini --image dog.jpg --patch 16 --out o.png\n"
     "convoscope explain gradcam resnet-mini --image dog.jpg --class 3 --out cam.png\n"
     "convoscope explain top9 lenet --data mnist --node conv2 --channels 0-19 --out top.png\n"
     "convoscope explain top9 zfnet --data photos --node conv5.relu --shard 2/8 --out 2.json\n"
     "convoscope explain top9 --merge 1.json 2.json --out top.png\n",
     2, OPTIONS_WORDS_MAX, verb_explain, false},
    {"eval", "MODEL --data PATH", "top-1 and top-5 over an image folder, IDX or CIFAR files",
     "convoscope eval lenet --data mnist/t10k-images-idx3-ubyte.gz\n"
     "convoscope eval resnet20-cifar --weights w.safetensors --data test_batch.bin\n"
     "convoscope eval resnet18 --data imagenet --limit 1000 --json\n",
     1, 1, verb_eval, false},
    {"train", "RECIPE [--data PATH] [--out F.safetensors]",
     "learn from pictures; goes on where it was cut off",
     "convoscope train lenet --data mnist\n"
     "convoscope train resnet-mini --data tinyphotos --out mine.safetensors --seed 7\n"
     "convoscope train ./mine.recipe.json --data photos --epochs 5\n",
     0, 1, verb_train, true},
    {"bench", "[MODEL...]", "how fast networks run here",
     "convoscope bench resnet18 vgg19\n"
     "convoscope bench alexnet --layers --threads 1\nconvoscope bench resnet50-tv --paths\n",
     0, OPTIONS_WORDS_MAX, verb_bench, false},
    {"play", "SCRIPT --out DIR", "replay a script of actions in a window that nobody sees",
     "convoscope play tour.play --out pictures\n"
     "convoscope play tour.play --out pictures --size 1920x1080 --lang es\n"
     "echo 'model.open lenet\nlayer.last\nshot end.png' | convoscope play - --out .\n",
     1, 1, verb_play, true},
    {"diagram", "MODEL [--block NAME] --out F.svg|F.png|F.pdf",
     "the architecture, or one block of it, as a drawing for slides and papers",
     "convoscope diagram googlenet --block inception_3a --out 3a.svg\n"
     "convoscope diagram resnet50 --block layer2.0 --theme dark --out block.png --scale 2\n"
     "convoscope diagram densenet121 --lang es --out densenet.pdf\n",
     1, 1, verb_diagram, false},
    {"table", "MODEL", "the table by which its paper tells it, our counts beside the printed ones",
     "convoscope table googlenet\n"
     "convoscope table resnet50 --csv > resnet.csv\n",
     1, 1, verb_table, false},
    {"lesson", "list|show|check|play [ID]",
     "lessons: which there are, the lecturer's notes, whether all is well, pictures and a page",
     "convoscope lesson list\n"
     "convoscope lesson show course --lang es\n"
     "convoscope lesson check\n"
     "convoscope lesson play resnet --out handout --size 1920x1080\n"
     "convoscope view --lesson course\n",
     1, 2, verb_lesson, true},
    {"help", "[VERB|layers|actions|keys|state|man|bash|zsh|fish]",
     "help on a verb, the layer types of models/NAME.json, the window's actions, keys or state; "
     "the "
     "manual's page, completion for a shell",
     "convoscope help run\nconvoscope help layers\n", 0, 1, verb_help, false},
    {0},
};

const Verb *verb_find(const char *name, Error *err) {
    TextNearest nearest = {.word = name};
    for (const Verb *v = verbs; v->name; v++) {
        if (strcmp(v->name, name) == 0)
            return v;
        text_nearest_offer(&nearest, v->name);
    }
    text_unknown(&nearest, "command", err);
    return NULL;
}
