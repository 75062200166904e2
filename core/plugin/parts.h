/* SPDX-License-Identifier: MIT */
/* What the files of this folder share and nobody else needs. */
#ifndef PLUGIN_PARTS_H
#define PLUGIN_PARTS_H

#include "plugin/plugin.h"

/* A negotiated plug-in: whole structs of the host's own size, whatever the size that the plug-in was built against. */
struct plugin_normal {
    struct alm_plugin plugin;
    struct alm_programme programme;
    struct alm_store_driver store;
};

/*
 * Compare versions and copy what both sides know; `file` is for messages.  What `raw` points to stays the plug-in's;
 * `out` points into itself, so it must stay where it is.
 */
enum alm_status plugin_negotiate(const struct alm_plugin *raw, const char *file, struct plugin_normal *out,
                                 struct alm_error *err);

/* Of a vetted file, before it is loaded: whole, of this machine, exporting its entry function alone (elf.c). */
enum alm_status plugin_check_object(const char *path, struct alm_error *);

/* Begin to watch for calls that hang, if the guard is on (guard.c). */
void plugin_guard_watch(void);

#endif
