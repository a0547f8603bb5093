/* The ways down that have a name, and the cube of all eight that the three switches make. */
#ifndef EXPLAIN_RULES_H
#define EXPLAIN_RULES_H

#include "layer/layer.h"

typedef enum ExplainRule { RULE_GRADIENT, RULE_DECONVNET, RULE_GUIDED, RULES_NAMED } ExplainRule;
const char *rule_name(ExplainRule rule); /* "gradient", "deconvnet", "guided" */
/* RULES_NAMED if none is called so. */
ExplainRule rule_find(const char *name);
LayerRules rule_rules(ExplainRule rule);
/* The one that these are, or RULES_NAMED. */
ExplainRule rule_of(const LayerRules *rules);

/* Corner 0..7 of the cube: bit 2 is the forward mask, bit 1 the recorded switches (off: those of
 * `off`), bit 0 the backward mask. */
enum { CUBE_CORNERS = 8 };
LayerRules cube_rules(int corner, LayerSwitches off);

#endif
