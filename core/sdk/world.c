/* SPDX-License-Identifier: MIT */
/* A scratch installation: the plug-in's file copied beside a store's, an almoner.ini, and the core opened on it. */
#include "sdk/internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 256 * 1024 * 1024 };

static enum alm_status write_text(const char *path, const char *bytes, size_t len, struct alm_error *err)
{
    FILE *file = fopen(path, "wbe");
    if (!file)
        return error_set(err, ALM_CANT_CREATE, NULL, _("%s cannot be made: %s"), path, strerror(errno));
    size_t written = fwrite(bytes, 1, len, file);
    if (fclose(file) != 0 || written != len)
        return error_set(err, ALM_IO, _("is the disk full?"), _("%s could not be written"), path);
    return ALM_OK;
}

static enum alm_status copy_plugin(struct sdk_world *world, const char *from, const char *name, struct alm_error *err)
{
    char *bytes = NULL;
    size_t len = 0;
    enum alm_status status = file_read(from, FILE_MOST, &bytes, &len, err);
    if (status == ALM_OK)
        status = write_text(arena_printf(&world->arena, "%s/%s.so", world->plugins, name), bytes, len, err);
    free(bytes);
    return status;
}

/* The store plug-in stands beside the plug-in's own file (as in a build) or is the installed one. */
static enum alm_status copy_store(struct sdk_world *world, const struct sdk_bench *bench, const char *store,
                                  struct alm_error *err)
{
    const char *beside = arena_printf(&world->arena, "%s/%s.so", file_folder_of(&world->arena, bench->file), store);
    const char *installed = arena_printf(&world->arena, "%s/%s.so", bench->plugindir, store);
    if (access(beside, R_OK) == 0)
        return copy_plugin(world, beside, store, err);
    if (access(installed, R_OK) == 0)
        return copy_plugin(world, installed, store, err);
    return error_set(err, ALM_UNAVAILABLE, _("install it, or name an almoner.ini with --config whose plugindir has it"),
                     _("the store plug-in %s is needed for a scratch store: there is no %s"), store, installed);
}

/* Whether a password stands in the address: user:PASSWORD@..., or ...?password=. */
static bool holds_password(const char *url)
{
    const char *at = strstr(url, "://"), *query = strchr(url, '?');
    size_t user = at ? strcspn(at + 3, "@/") : 0;
    if (at && at[3 + user] == '@' && memchr(at + 3, ':', user))
        return true;
    /* A key word may hide behind %xx, so no such one is taken. */
    for (const char *word = query; word; word = strchr(word, '&')) {
        size_t len = strcspn(++word, "=&");
        if (memmem(word, len, "password", strlen("password")) || memchr(word, '%', len))
            return true;
    }
    return false;
}

/* almoner.ini's part on the store. */
static enum alm_status choose_store(const char *url, const char **store, struct strbuf *ini, struct alm_error *err)
{
    if (!url) {
        *store = "store-sqlite";
        strbuf_adds(ini, "[store]\nplugin = store-sqlite\n\n[store-sqlite]\npath = almoner.db\n");
    } else if (holds_password(url)) {
        return error_set(err, ALM_USAGE,
                         _("put it into ~/.pgpass (mode 0600), one line: host:port:database:user:password"),
                         _("--store: a password stands in it"));
    } else if (strncmp(url, "postgres:", 9) == 0 || strncmp(url, "postgresql:", 11) == 0) {
        *store = "store-postgres";
        strbuf_addf(ini, "[store]\nplugin = store-postgres\n\n[store-postgres]\nconnection = %s\n", url);
    } else {
        return error_set(err, ALM_USAGE, _("write postgresql://..., of an empty database"),
                         _("--store: that is no store's address"));
    }
    return ALM_OK;
}

enum alm_status sdk_world_make(struct sdk_world *world, const struct sdk_bench *bench, struct alm_error *err)
{
    const char *base = strrchr(bench->file, '/') ? strrchr(bench->file, '/') + 1 : bench->file;
    const char *tmp = getenv("TMPDIR");
    struct strbuf ini = {0};
    const char *store = NULL;
    size_t len = strlen(base);
    char *folder;
    enum alm_status status;

    if (len <= 3 || strcmp(base + len - 3, ".so") != 0)
        return error_set(err, ALM_USAGE, _("name the file that the build made: build/NAME.so"),
                         _("%s is not called NAME.so"), bench->file);
    world->name = arena_strndup(&world->arena, base, len - 3);
    status = plugin_check_name(world->name, err);
    if (status != ALM_OK)
        return status;
    folder = arena_printf(&world->arena, "%s/almoner-kit-XXXXXX", tmp && tmp[0] == '/' ? tmp : "/tmp");
    if (!mkdtemp(folder))
        return error_set(err, ALM_CANT_CREATE, _("set TMPDIR to a folder that you may write"),
                         _("%s cannot be made: %s"), folder, strerror(errno));
    world->folder = folder;
    world->plugins = file_join(&world->arena, folder, "plugins");
    world->config = file_join(&world->arena, folder, "almoner.ini");
    strbuf_addf(&ini, "[almoner]\nplugindir = %s\nstate = state\n\n", world->plugins);
    if (mkdir(world->plugins, 0700) != 0 || mkdir(file_join(&world->arena, folder, "programmes"), 0700) != 0)
        status = error_set(err, ALM_CANT_CREATE, NULL, _("%s cannot be made: %s"), world->plugins, strerror(errno));
    if (status == ALM_OK)
        status = choose_store(bench->store, &store, &ini, err);
    if (status == ALM_OK)
        status = copy_plugin(world, bench->file, world->name, err);
    if (status == ALM_OK)
        status = copy_store(world, bench, store, err);
    if (status == ALM_OK)
        status = write_text(world->config, ini.at, ini.len, err);
    strbuf_release(&ini);
    return status;
}

/* One file, or a folder of files. */
static enum alm_status copy(const char *from, const char *to, struct alm_error *err)
{
    enum alm_status status = ALM_OK;
    struct stat what;
    DIR *stream = NULL;
    if (stat(from, &what) != 0)
        return errno == ENOENT ? ALM_OK : error_set(err, ALM_NO_INPUT, NULL, "%s: %s", from, strerror(errno));
    if (!S_ISDIR(what.st_mode)) {
        char *bytes = NULL;
        size_t len = 0;
        status = file_read(from, FILE_MOST, &bytes, &len, err);
        if (status == ALM_OK)
            status = write_text(to, bytes, len, err);
        free(bytes);
        return status;
    }
    if (mkdir(to, 0700) != 0 || !(stream = opendir(from)))
        return error_set(err, ALM_CANT_CREATE, NULL, "%s: %s", to, strerror(errno));
    for (const struct dirent *entry; status == ALM_OK && (entry = readdir(stream)) != NULL;) {
        struct arena arena = {0};
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            status = copy(file_join(&arena, from, entry->d_name), file_join(&arena, to, entry->d_name), err);
        arena_release(&arena);
    }
    closedir(stream);
    return status;
}

enum alm_status sdk_world_copy(const struct sdk_world *from, struct sdk_world *to, struct alm_error *err)
{
    static const char *const parts[] = {"almoner.ini", "almoner.db", "programmes", "state"};
    const char *folder = file_join(&to->arena, from->folder, "copy");
    enum alm_status status = ALM_OK;
    if (mkdir(folder, 0700) != 0)
        return error_set(err, ALM_CANT_CREATE, NULL, _("%s cannot be made: %s"), folder, strerror(errno));
    to->name = from->name;
    to->plugins = from->plugins;
    to->folder = folder;
    to->config = file_join(&to->arena, folder, parts[0]);
    for (size_t i = 0; i < COUNT_OF(parts) && status == ALM_OK; i++)
        status = copy(file_join(&to->arena, from->folder, parts[i]), file_join(&to->arena, folder, parts[i]), err);
    return status;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

void sdk_world_remove(struct sdk_world *world)
{
    if (world->folder)
        nftw(world->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_release(&world->arena);
}

enum alm_status sdk_world_settings(struct sdk_world *world, const char *programme, const char *text,
                                   struct alm_error *err)
{
    struct arena arena = {0};
    const char *path = arena_printf(&arena, "%s/programmes/%s.ini", world->folder, programme);
    enum alm_status status = write_text(path, text, strlen(text), err);
    if (status == ALM_OK)
        status = conf_edit(path, "programme", "enabled", "yes", err);
    if (status == ALM_OK)
        status = conf_edit(path, "programme", "plugin", world->name, err);
    arena_release(&arena);
    return status;
}

enum alm_status sdk_world_sample(struct sdk_world *world, const struct sdk_bench *bench, struct strbuf *ini,
                                 struct alm_error *err)
{
    const struct alm_plugin *plugin;
    enum alm_status status;

    if (bench->settings) {
        char *text = NULL;
        size_t len;
        status = file_read(bench->settings, FILE_MOST, &text, &len, err);
        if (status == ALM_OK)
            strbuf_add(ini, text, len);
        free(text);
        return status;
    }
    status = plugin_load(world->plugins, world->name, &plugin, err);
    if (status == ALM_OK)
        conf_sample(&plugin->settings, plugin->name, ini);
    return status;
}

void sdk_world_strip(const struct sdk_world *world, char *text)
{
    const size_t len = strlen(world->folder);
    for (char *at = text; (at = strstr(at, world->folder)) != NULL;) {
        const size_t skip = len + (at[len] == '/');
        memmove(at, at + skip, strlen(at + skip) + 1);
    }
}

/* ---- the core on it ---- */

static void quiet(void *context, const char *text)
{
    (void)context, (void)text;
}

static void quiet_log(void *context, enum alm_log_level level, const char *text)
{
    (void)context, (void)level, (void)text;
}

static void quiet_progress(void *context, int64_t done, int64_t total)
{
    (void)context, (void)done, (void)total;
}

enum alm_status sdk_world_open(struct sdk_world *world, FILE *out, struct host **host, struct alm_error *err)
{
    const struct host_options options = {
        .config = world->config, .now = SDK_NOW, .terminal = {NULL, quiet, quiet, quiet_log, quiet_progress}};
    struct report_style style = {0};
    enum alm_status status = host_open(host, &options, err);
    sdk_unguard();
    if (status != ALM_OK)
        return status;
    status = conf_problems_error(&host_conf(*host)->problems, err);
    if (status == ALM_OK && out) {
        host_report_style(*host, &style);
        host_set_report(*host, report_new(out, REPORT_JSON, &style));
    }
    return status;
}
