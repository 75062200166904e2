/* SPDX-License-Identifier: MIT */
/* From a vetted file to a negotiated descriptor. */
#include "plugin/parts.h"
#include <dlfcn.h>
#include <stdlib.h>

/*
 * What is loaded: like dlopen's own list, one for the process, and it only grows, since a plug-in is never unloaded.
 * It lets a second load hand back the same descriptor.
 */
static struct loaded {
    struct loaded *next;
    char *path;
    struct plugin_normal normal;
} * all_loaded;

/* What stands before these members every plug-in of interface 1.x has; a size beyond the last bound is no size. */
enum {
    PLUGIN_LEAST = offsetof(struct alm_plugin, start),
    PROGRAMME_LEAST = offsetof(struct alm_programme, settle),
    STORE_LEAST = offsetof(struct alm_store_driver, open),
    STRUCT_MOST = 64 * 1024
};

static bool is_size(uint32_t size, size_t least)
{
    return size >= least && size <= STRUCT_MOST;
}

/* Copy what both sides have; the rest of `to` is zero already. */
static void copy_known(void *to, size_t to_size, const void *from, uint32_t from_size)
{
    memcpy(to, from, from_size < to_size ? from_size : to_size);
}

static enum alm_status refuse_size(const char *file, const char *what, uint32_t size, struct alm_error *err)
{
    return error_set(err, ALM_UNAVAILABLE, _("let ALM_PLUGIN() and .size = sizeof fill the sizes, and build it again"),
                     _("%s: %s gives its size as %u bytes, which cannot be"), file, what, size);
}

enum alm_status plugin_negotiate(const struct alm_plugin *raw, const char *file, struct plugin_normal *out,
                                 struct alm_error *err)
{
    *out = (struct plugin_normal){0};
    if (!raw)
        return error_set(err, ALM_UNAVAILABLE, _("end the plug-in with ALM_PLUGIN()"),
                         _("%s: its entry function returns nothing"), file);
    /* The head (size and versions) is the same in all majors: it must be readable before all else. */
    if (raw->abi_major != ALM_ABI_MAJOR) {
        bool older = raw->abi_major < ALM_ABI_MAJOR;
        return error_set(err, ALM_UNAVAILABLE,
                         older ? _("the plug-in is the older one: get a newer release of it, or build it again")
                               : _("almoner is the older one: update almoner"),
                         _("%s: it is built for plug-in interface %u.%u and this almoner has %u.%u"), file,
                         raw->abi_major, raw->abi_minor, (unsigned)ALM_ABI_MAJOR, (unsigned)ALM_ABI_MINOR);
    }
    if (!is_size(raw->size, PLUGIN_LEAST))
        return refuse_size(file, "struct alm_plugin", raw->size, err);
    copy_known(&out->plugin, sizeof out->plugin, raw, raw->size);
    out->plugin.size = sizeof out->plugin;

    const struct alm_programme *programme = out->plugin.programme;
    if (programme) {
        if (!is_size(programme->size, PROGRAMME_LEAST))
            return refuse_size(file, "struct alm_programme", programme->size, err);
        copy_known(&out->programme, sizeof out->programme, programme, programme->size);
        out->programme.size = sizeof out->programme;
        out->plugin.programme = &out->programme;
    }
    const struct alm_store_driver *store = out->plugin.store;
    if (store) {
        if (!is_size(store->size, STORE_LEAST))
            return refuse_size(file, "struct alm_store_driver", store->size, err);
        copy_known(&out->store, sizeof out->store, store, store->size);
        out->store.size = sizeof out->store;
        out->plugin.store = &out->store;
    }
    return ALM_OK;
}

static enum alm_status open_and_negotiate(const char *path, const char *name, struct plugin_normal *normal,
                                          struct alm_error *err)
{
    /* Never closed again: its code may have left threads, handlers or thread-local data behind. */
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        const char *why = dlerror();
        size_t len = strlen(path);
        if (why && strncmp(why, path, len) == 0 && strncmp(why + len, ": ", 2) == 0)
            why += len + 2;
        return error_set(err, ALM_UNAVAILABLE, _("build it for this system and link all that it uses"),
                         _("%s cannot be loaded: %s"), path, why ? why : "?");
    }
    /* POSIX lets dlsym's pointer be a function's; ISO C has no cast for that. */
    void *symbol = dlsym(handle, "alm_plugin_entry");
    const struct alm_plugin *(*entry)(void);
    if (!symbol)
        return error_set(err, ALM_UNAVAILABLE, _("end the plug-in with ALM_PLUGIN()"),
                         _("%s is not a plug-in: it has no alm_plugin_entry()"), path);
    memcpy(&entry, &symbol, sizeof entry);
    enum alm_status status = plugin_negotiate(entry(), path, normal, err);
    if (status == ALM_OK) {
        status = plugin_check(&normal->plugin, name, err);
        if (status != ALM_OK)
            error_prefix(err, "%s", path);
    }
    return status;
}

const char *plugin_path(const char *name)
{
    for (const struct loaded *at = all_loaded; at; at = at->next)
        if (strcmp(at->normal.plugin.name, name) == 0)
            return at->path;
    return NULL;
}

enum alm_status plugin_load(const char *dir, const char *name, const struct alm_plugin **plugin, struct alm_error *err)
{
    struct arena arena = {0};
    struct loaded *loaded = NULL;
    const char *path = NULL;
    enum alm_status status = plugin_vet(dir, name, &arena, &path, err);
    if (status != ALM_OK)
        goto out;
    for (struct loaded *at = all_loaded; at; at = at->next)
        if (strcmp(at->path, path) == 0) {
            *plugin = &at->normal.plugin;
            goto out;
        }
    status = plugin_check_object(path, err);
    if (status != ALM_OK)
        goto out;
    loaded = xcalloc(1, sizeof *loaded);
    struct plugin_call call = {.plugin = name, .detail = path, .what = PLUGIN_LOAD};
    plugin_guard_watch();
    plugin_enter(&call);
    status = open_and_negotiate(path, name, &loaded->normal, err);
    plugin_leave(&call);
    if (status != ALM_OK)
        goto out;
    loaded->path = xstrdup(path);
    loaded->next = all_loaded;
    all_loaded = loaded;
    *plugin = &loaded->normal.plugin;
    loaded = NULL;

out:
    free(loaded);
    arena_release(&arena);
    return status;
}
