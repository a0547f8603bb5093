#include "explain/rules.h"

#include <string.h>

static const struct {
    const char *name;
    bool forward_mask, backward_mask;
} named[RULES_NAMED] = {
    [RULE_GRADIENT] = {"gradient", true, false},   /* Simonyan et al. 2014 */
    [RULE_DECONVNET] = {"deconvnet", false, true}, /* Zeiler and Fergus 2014 */
    [RULE_GUIDED] = {"guided", true, true},        /* Springenberg et al. 2015 */
};

const char *rule_name(ExplainRule rule) {
    return named[rule].name;
}

ExplainRule rule_find(const char *name) {
    ExplainRule rule = 0;
    while (rule < RULES_NAMED && strcmp(named[rule].name, name) != 0)
        rule++;
    return rule;
}

LayerRules rule_rules(ExplainRule rule) {
    return (LayerRules){.forward_mask = named[rule].forward_mask,
                        .backward_mask = named[rule].backward_mask};
}

ExplainRule rule_of(const LayerRules *rules) {
    ExplainRule rule = 0;
    if (rules->switches != SWITCHES_RECORDED)
        return RULES_NAMED;
    while (rule < RULES_NAMED && (named[rule].forward_mask != rules->forward_mask ||
                                  named[rule].backward_mask != rules->backward_mask))
        rule++;
    return rule;
}

LayerRules cube_rules(int corner, LayerSwitches off) {
    return (LayerRules){.forward_mask = corner & 4,
                        .switches = corner & 2 ? SWITCHES_RECORDED : off,
                        .backward_mask = corner & 1};
}
