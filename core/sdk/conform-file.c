/* SPDX-License-Identifier: MIT */
/* What the file says of itself before any of it runs: its dynamic symbols. */
#include "sdk/internal.h"

#include <elf.h>
#include <link.h>
#include <stdlib.h>

/* The machine's own kind of ELF. */
typedef ElfW(Ehdr) elf_header;
typedef ElfW(Shdr) elf_section;
typedef ElfW(Sym) elf_symbol;

enum { FILE_MOST = 256 * 1024 * 1024 };

struct symbols {
    char *bytes;
    size_t len;
    const elf_symbol *at;
    size_t n;
    const char *names;
    size_t names_len;
};

static bool within(const struct symbols *file, uint64_t offset, uint64_t size)
{
    return offset <= file->len && size <= file->len - offset;
}

static enum alm_status not_loadable(const char *path, const char *why, struct alm_error *err)
{
    return error_set(err, ALM_BAD_DATA, _("build it as a shared object for this machine"), "%s: %s", path, why);
}

static enum alm_status read_symbols(const char *path, struct symbols *out, struct alm_error *err)
{
    *out = (struct symbols){0};
    enum alm_status status = file_read(path, FILE_MOST, &out->bytes, &out->len, err);
    if (status != ALM_OK)
        return status;
    const elf_header *head = (const elf_header *)(const void *)out->bytes;
    if (out->len < sizeof *head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0)
        return not_loadable(path, _("not an ELF file"), err);
    if (head->e_ident[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) || head->e_type != ET_DYN)
        return not_loadable(path, _("not a shared object of this machine's kind"), err);
    if (!within(out, head->e_shoff, (uint64_t)head->e_shnum * sizeof(elf_section)) ||
        head->e_shentsize != sizeof(elf_section) || head->e_shoff % _Alignof(elf_section))
        return not_loadable(path, _("cut off: its section headers are not all there"), err);
    const elf_section *sections = (const elf_section *)(const void *)(out->bytes + head->e_shoff);
    for (size_t i = 0; i < head->e_shnum; i++) {
        if (sections[i].sh_type != SHT_DYNSYM)
            continue;
        if (sections[i].sh_link >= head->e_shnum || !within(out, sections[i].sh_offset, sections[i].sh_size) ||
            sections[i].sh_offset % _Alignof(elf_symbol))
            break;
        const elf_section *names = &sections[sections[i].sh_link];
        if (!within(out, names->sh_offset, names->sh_size) || !names->sh_size ||
            out->bytes[names->sh_offset + names->sh_size - 1] != '\0')
            break;
        out->at = (const elf_symbol *)(const void *)(out->bytes + sections[i].sh_offset);
        out->n = sections[i].sh_size / sizeof *out->at;
        out->names = out->bytes + names->sh_offset;
        out->names_len = names->sh_size;
        return ALM_OK;
    }
    return not_loadable(path, _("it has no table of dynamic symbols"), err);
}

static const char *name_of(const struct symbols *symbols, const elf_symbol *symbol)
{
    return symbol->st_name < symbols->names_len ? symbols->names + symbol->st_name : "";
}

static void add_name(struct strbuf *names, const char *name)
{
    enum { SHOWN = 300 };
    if (names->len < SHOWN)
        strbuf_addf(names, "%s%s", names->len ? ", " : "", name);
}

void conform_exports(const struct conform *conform, struct sdk_answer *answer)
{
    static const char entry[] = "alm_plugin_entry";
    struct symbols symbols;
    struct alm_error err = {0};
    struct strbuf others = {0};
    bool found = false, function = false;

    if (read_symbols(conform->bench->file, &symbols, &err) != ALM_OK) {
        sdk_fail_with(answer, &err);
        goto out;
    }
    for (size_t i = 1; i < symbols.n; i++) {
        const elf_symbol *symbol = &symbols.at[i];
        if (symbol->st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol->st_info) == STB_LOCAL)
            continue;
        if (strcmp(name_of(&symbols, symbol), entry) != 0) {
            add_name(&others, name_of(&symbols, symbol));
            continue;
        }
        found = true;
        function = ELF64_ST_TYPE(symbol->st_info) == STT_FUNC;
    }
    if (!found || !function)
        sdk_fail(answer, _("end the plug-in with ALM_PLUGIN()"),
                 found ? _("%s is not a function") : _("it has no function %s()"), entry);
    else if (others.len)
        sdk_fail(answer, _("build it with almoner_add_plugin(), or link with pkg-config --libs almoner-plugin"),
                 _("it exports more than %s(): %s"), entry, others.at);
out:
    free(symbols.bytes);
    strbuf_release(&others);
}

/* What a plug-in has no use for, and what the host offers instead. */
static const struct {
    const char *names; /* each between blanks */
    const char *mend;
} refused[] = {
    {" time clock clock_gettime gettimeofday ftime timespec_get times getrusage _ZNSt6chrono3_V212system_clock3nowEv "
     "_ZNSt6chrono3_V212steady_clock3nowEv ",
     N_("a rule takes its day from the case; commands and reports ask host->now() and host->today()")},
    {" rand random rand_r drand48 erand48 lrand48 nrand48 mrand48 jrand48 random_r getrandom getentropy arc4random "
     "arc4random_uniform arc4random_buf _ZNSt13random_device9_M_getvalEv ",
     N_("a rule answers the same each time; ids come from host->new_id()")},
    {" exit _exit _Exit quick_exit ", N_("return a status; a plug-in never ends the program")},
    {" printf vprintf __printf_chk __vprintf_chk puts putchar perror stdout _ZSt4cout _ZSt4cerr ",
     N_("results go to host->row(), words for people to host->say() and host->warn()")},
};

static const char *mend_of(const char *import)
{
    char word[64];
    if (!import[0] || strlen(import) > sizeof word - 3)
        return NULL;
    snprintf(word, sizeof word, " %s ", import);
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        if (strstr(refused[i].names, word))
            return refused[i].mend;
    return NULL;
}

void conform_imports(const struct conform *conform, struct sdk_answer *answer)
{
    struct symbols symbols;
    struct alm_error err = {0};
    struct strbuf names = {0};
    const char *mend = NULL;

    if (read_symbols(conform->bench->file, &symbols, &err) != ALM_OK) {
        sdk_fail_with(answer, &err);
        goto out;
    }
    for (size_t i = 1; i < symbols.n; i++) {
        const char *why = symbols.at[i].st_shndx == SHN_UNDEF ? mend_of(name_of(&symbols, &symbols.at[i])) : NULL;
        if (!why)
            continue;
        add_name(&names, name_of(&symbols, &symbols.at[i]));
        mend = mend ? mend : why;
    }
    if (names.len)
        sdk_fail(answer, _(mend), _("it calls %s"), names.at);
out:
    free(symbols.bytes);
    strbuf_release(&names);
}
