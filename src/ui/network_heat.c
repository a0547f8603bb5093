/* What the boxes of the network cost. */
#include "ui/network.h"

#include "base/text.h"
#include <math.h>

static double cost_of_node(const View *v, int node) {
    const Node *n = &v->graph->nodes[node];
    switch (v->place->heat) {
    case HEAT_PARAMS:
        return (double)n->param_count;
    case HEAT_MACS:
        return (double)n->macs;
    case HEAT_BYTES:
        return 4.0 * (double)shape_count(&n->out);
    case HEAT_TIME:
        return v->memory->hide_times ? 0 : scene_node_ms(v->scene, node);
    default:
        return 0;
    }
}

double network_cost(const View *v, const DiagramBox *b) {
    double sum = 0;
    if (b->node == GRAPH_IMAGE && v->place->heat == HEAT_BYTES)
        return 4.0 * (double)shape_count(&v->graph->input);
    for (int i = b->first; b->node >= 0 && i <= b->node; i++)
        sum += cost_of_node(v, i);
    return sum;
}

const char *network_cost_text(const View *v, double cost) {
    char text[48];
    const NumberStyle style = {.comma = v->state->comma, .digits = 3};
    if (v->place->heat == HEAT_TIME && v->memory->hide_times)
        return "- ms";
    return ui_keep(v, v->place->heat == HEAT_TIME    ? duration_text(text, style, cost)
                      : v->place->heat == HEAT_BYTES ? bytes_text(text, style, cost)
                                                     : amount_text(text, style, cost));
}

double network_most_cost(const View *v, const Diagram *d) {
    double most = 0;
    for (int i = 0; i < d->box_count; i++)
        if (diagram_is_layer(&d->boxes[i]))
            most = fmax(most, network_cost(v, &d->boxes[i]));
    return most;
}
