/* models/NAME.recipe.json: any text becomes a recipe or one sentence. */
#include "train/recipe.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Error err = {0};
    Recipe *recipe = recipe_parse((const char *)data, size, "fuzz", &err);
    if (!recipe) {
        assert(err.code != ERROR_NONE);
        return 0;
    }
    /* What came through can be trained by. */
    const Schedule *s = &recipe->schedule;
    int64_t last = recipe->epochs * 3 - 1;
    for (int64_t step = 0; step <= last; step += last > 100 ? last / 50 : 1) {
        double rate = schedule_rate(s, step, 3, recipe->epochs);
        assert(rate >= 0 && rate <= s->rate * 1.000001);
    }
    assert(s->milestone_count >= 0 && s->milestone_count <= SCHEDULE_MILESTONES_MAX);
    assert(*recipe->model && *recipe->data && recipe->batch > 0);
    recipe_free(recipe);
    return 0;
}
