/* SPDX-License-Identifier: MIT */
/*
 * `plugin new`: the files of template/, embedded, with the name put in.  Lines between `#if TEMPLATE_X` and `#endif`
 * stay where X was asked for (a recipient, or CXX); the word `example` becomes the plug-in's name.
 */
#include "plugin/plugin.h"
#include "sdk/sdk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct sdk_file {
    const char *path;
    const char *text;
};
#include "sdk-template.h"

static const char token[] = "example";

static bool holds(const struct sdk_new *what, const char *condition, size_t len)
{
    const struct {
        const char *name;
        bool holds;
    } known[] = {{"TEMPLATE_HOUSEHOLD", what->recipient == ALM_HOUSEHOLD},
                 {"TEMPLATE_PERSON", what->recipient == ALM_PERSON},
                 {"TEMPLATE_PLACE", what->recipient == ALM_PLACE},
                 {"TEMPLATE_CXX", what->cxx}};
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if (strlen(known[i].name) == len && memcmp(known[i].name, condition, len) == 0)
            return known[i].holds;
    return false;
}

/* A line with the name put in: as it is, or with _ for - where it begins an identifier. */
static void add_line(const struct sdk_new *what, const char *line, size_t len, struct strbuf *out)
{
    const size_t token_len = sizeof token - 1;
    for (size_t i = 0; i < len;) {
        const char next = len - i > token_len ? line[i + token_len] : '\0';
        if (len - i < token_len || memcmp(line + i, token, token_len) != 0 || (next >= 'a' && next <= 'z')) {
            strbuf_addc(out, line[i++]);
            continue;
        }
        i += token_len;
        for (const char *at = what->name; *at; at++)
            strbuf_addc(out, next == '_' && *at == '-' ? '_' : *at);
    }
}

static bool begins(const char *line, size_t len, const char *with)
{
    return len >= strlen(with) && memcmp(line, with, strlen(with)) == 0;
}

static void fill_in(const struct sdk_new *what, const char *text, struct strbuf *out)
{
    bool chosen = true; /* the lines at hand stay */
    bool done = false;  /* a branch of this #if was chosen already */
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, "\n") + 1;
        if (begins(at, len, "#if TEMPLATE_")) {
            done = chosen = holds(what, at + 4, len - 5);
        } else if (begins(at, len, "#elif TEMPLATE_")) {
            chosen = !done && holds(what, at + 6, len - 7);
            done = done || chosen;
        } else if (begins(at, len, "#else\n")) {
            chosen = !done;
        } else if (begins(at, len, "#endif\n")) {
            chosen = true;
        } else if (chosen) {
            add_line(what, at, len, out);
        }
        at += len;
    }
}

static enum alm_status cannot(const char *path, struct alm_error *err)
{
    return error_set(err, ALM_CANT_CREATE, _("go to a folder that you may write in"), _("%s cannot be made: %s"), path,
                     strerror(errno));
}

static enum alm_status write_file(const char *path, const struct strbuf *text, struct alm_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return cannot(path, err);
    size_t done = 0;
    while (done < text->len) {
        ssize_t n = write(fd, text->at + done, text->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    if (close(fd) != 0 || done < text->len)
        return error_set(err, ALM_IO, _("is the disk full?"), _("%s could not be written"), path);
    return ALM_OK;
}

/* NAME.c of the template is NAME.cpp in C++. */
static char *path_of(const struct sdk_new *what, const char *folder, const char *path, struct arena *arena)
{
    struct strbuf name = {0};
    size_t len = strlen(path);
    add_line(what, path, len, &name);
    if (what->cxx && len > 2 && strcmp(path + len - 2, ".c") == 0)
        strbuf_adds(&name, "pp");
    char *full = file_join(arena, folder, name.at);
    strbuf_release(&name);
    return full;
}

enum alm_status sdk_new(const struct sdk_new *what, struct alm_error *err)
{
    struct arena arena = {0};
    struct strbuf text = {0};
    enum alm_status status = plugin_check_name(what->name, err);
    if (status != ALM_OK)
        goto out;
    const char *folder = file_join(&arena, what->folder, what->name);
    const char *schema = file_join(&arena, folder, "schema");
    if (mkdir(folder, 0777) != 0 && errno == EEXIST) {
        status = error_set(err, ALM_CANT_CREATE, _("choose another name, or go to another folder"),
                           _("%s is there already, and is not touched"), folder);
        goto out;
    }
    if (mkdir(schema, 0777) != 0) {
        status = cannot(schema, err);
        goto out;
    }
    for (size_t i = 0; status == ALM_OK && i < COUNT_OF(template_files); i++) {
        strbuf_reset(&text);
        fill_in(what, template_files[i].text, &text);
        status = write_file(path_of(what, folder, template_files[i].path, &arena), &text, err);
    }

out:
    strbuf_release(&text);
    arena_release(&arena);
    return status;
}
