/* What lies over everything: help, the palette, the pickers. */
#ifndef UI_OVERLAYS_H
#define UI_OVERLAYS_H

#include "session/palette.h"
#include "ui/ui.h"

void overlay_welcome_view(const View *v, Rect screen);
void overlay_help_view(const View *v, Rect screen);
void overlay_list_view(const View *v, Rect screen); /* of commands */
void overlay_models_view(const View *v, Rect screen);
void overlay_images_view(const View *v, Rect screen);
void overlay_export_view(const View *v, Rect screen);

/* Veils the screen and draws the ground of what lies over it, of that size; returns its box. */
Rect overlay_begin(const View *v, Rect screen, int width, int height);
/* The title and what is typed; cuts itself off. */
void overlay_field(const View *v, Rect *box);
int overlay_field_height(const View *v);

#endif
