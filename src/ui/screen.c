#include "ui/screen.h"

#include "draw/sdl_render.h"
#include "tensor/image.h"
#include "ui/view.h"

bool screen_save(const Session *session, Fonts *fonts, int width, int height, const char *path,
                 Error *err) {
    static const char *const texts[] = {"Software", "convoscope " CONVOSCOPE_VERSION, NULL};
    DrawList list = {0};
    Image image = {0};
    view_build(&list, fonts_metrics(fonts), session, width, height);
    if (list.error.code != ERROR_NONE && err && err->code == ERROR_NONE)
        *err = list.error;
    bool ok = list.error.code == ERROR_NONE && sdl_render_image(fonts, &list, &image, err) &&
              image_save_png(path, &image, texts, err);
    image_free(&image);
    draw_free(&list);
    return ok;
}
