#include "draw/font_find.h"

#include "base/file.h"
#include <fontconfig/fontconfig.h>
#include <stdio.h>

static FcPattern *wanted(bool mono, bool bold) {
    return FcPatternBuild(NULL, FC_FAMILY, FcTypeString, mono ? "DejaVu Sans Mono" : "DejaVu Sans",
                          FC_FAMILY, FcTypeString, mono ? "monospace" : "sans-serif", FC_SLANT,
                          FcTypeInteger, FC_SLANT_ROMAN, FC_WEIGHT, FcTypeInteger,
                          bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR, FC_WIDTH, FcTypeInteger,
                          FC_WIDTH_NORMAL, FC_SCALABLE, FcTypeBool, FcTrue, (char *)NULL);
}

/* The matching font's file, copied before its pattern goes. */
static bool match(FcConfig *config, FcPattern *pattern, char *path, size_t size) {
    FcResult result;
    FcChar8 *file = NULL;
    FcConfigSubstitute(config, pattern, FcMatchPattern);
    FcDefaultSubstitute(pattern);
    FcPattern *found = FcFontMatch(config, pattern, &result);
    if (!found)
        return false;
    bool ok = FcPatternGetString(found, FC_FILE, 0, &file) == FcResultMatch;
    if (ok) {
        int length = snprintf(path, size, "%s", (const char *)file);
        ok = length > 0 && (size_t)length < size && file_exists(path);
    }
    FcPatternDestroy(found);
    return ok;
}

FontFinder *font_finder_new(void) {
    return (FontFinder *)FcInitLoadConfigAndFonts();
}

void font_finder_free(FontFinder *finder) {
    if (finder)
        FcConfigDestroy((FcConfig *)finder);
}

bool font_find(FontFinder *finder, bool mono, bool bold, char *path, size_t size, Error *err) {
    FcPattern *pattern = finder ? wanted(mono, bold) : NULL;
    bool ok = pattern && match((FcConfig *)finder, pattern, path, size);
    if (pattern)
        FcPatternDestroy(pattern);
    return ok || error_set(err, ERROR_BAD,
                           "no font was found; install DejaVu (on Debian and Ubuntu: "
                           "apt-get install fonts-dejavu-core)");
}
