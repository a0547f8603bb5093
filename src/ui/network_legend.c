/* What the colours of the network's boxes mean. */
#include "ui/network.h"

#include "base/text.h"

const char *network_family(const View *v, LayerFamily family) {
    static const char *const words[] = {"convolution", "pooling", "normalisation", "activation",
                                        "connected",   "joining", "other"};
    return ui_word(v, TEXT("family.%s", words[family]));
}

NetworkFamilies network_families(const Network *n) {
    NetworkFamilies families = {0};
    for (int i = 0; i < n->d->box_count; i++) {
        const DiagramBox *b = &n->d->boxes[i];
        if (b->item != DIAGRAM_NODE || !network_shows(n, i))
            continue;
        families.drawn[b->family] = true;
        for (int k = b->first; n->printed && k <= b->node; k++)
            families.drawn[n->v->graph->nodes[k].type->family] = true;
    }
    return families;
}
