/* SPDX-License-Identifier: MIT */
/*
 * What a shared object is, read from its file: whether it is whole, of this machine, and exports what a plug-in
 * exports. All of it before dlopen, which runs the constructors of whatever it is given.
 */
#include "plugin/parts.h"
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char entry_name[] = "alm_plugin_entry";

/* The program's own header, put there by the linker: what a plug-in has to be like. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

struct image {
    const unsigned char *at;
    size_t size;
};

/* `count` elements of `size` bytes at `offset` of the file, or NULL where they are not all in it. */
static const void *part(const struct image *image, uint64_t offset, uint64_t count, size_t size)
{
    if (offset > image->size || count > (image->size - offset) / size)
        return NULL;
    return image->at + offset;
}

static const char *machine_name(unsigned machine)
{
    static const struct {
        unsigned machine;
        const char *name;
    } names[] = {{EM_X86_64, "x86-64"}, {EM_AARCH64, "ARM64"}, {EM_386, "i386"},
                 {EM_ARM, "ARM"},       {EM_RISCV, "RISC-V"},  {EM_PPC64, "POWER"},
                 {EM_S390, "s390x"},    {EM_MIPS, "MIPS"},     {EM_LOONGARCH, "LoongArch"}};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (names[i].machine == machine)
            return names[i].name;
    return _("another machine");
}

static enum alm_status check_header(const struct image *image, const char *path, struct alm_error *err)
{
    static const char hint[] = N_("put the plug-in's own file there");
    const ElfW(Ehdr) *header = part(image, 0, 1, sizeof *header), *own = &__ehdr_start;

    if (image->size < EI_NIDENT || memcmp(image->at, ELFMAG, SELFMAG) != 0)
        return error_set(err, ALM_UNAVAILABLE, _(hint), _("%s is not a shared object"), path);
    if (!header)
        return error_set(err, ALM_UNAVAILABLE, _("copy it again"), _("%s is cut off: it has only %zu bytes"), path,
                         image->size);
    if (header->e_ident[EI_CLASS] != own->e_ident[EI_CLASS] || header->e_ident[EI_DATA] != own->e_ident[EI_DATA] ||
        header->e_machine != own->e_machine)
        return error_set(err, ALM_UNAVAILABLE, _("get it for this system, or build it again here"),
                         _("%s is built for %s, and this almoner for %s"), path, machine_name(header->e_machine),
                         machine_name(own->e_machine));
    if (header->e_type != ET_DYN)
        return error_set(err, ALM_UNAVAILABLE, _(hint), _("%s is not a shared object"), path);
    return ALM_OK;
}

/* A file that ends before its segments or its table of sections do: touching those would be a bus error. */
static enum alm_status check_whole(const struct image *image, const char *path, struct alm_error *err)
{
    const ElfW(Ehdr) *header = part(image, 0, 1, sizeof *header);
    const ElfW(Phdr) *segments = part(image, header->e_phoff, header->e_phnum, sizeof *segments);
    bool whole = segments && part(image, header->e_shoff, header->e_shnum, sizeof(ElfW(Shdr)));

    for (size_t i = 0; whole && i < header->e_phnum; i++)
        whole = segments[i].p_type != PT_LOAD || part(image, segments[i].p_offset, segments[i].p_filesz, 1);
    return whole ? ALM_OK
                 : error_set(err, ALM_UNAVAILABLE, _("copy it again"), _("%s is cut off: it has only %zu bytes"), path,
                             image->size);
}

static bool is_exported(const ElfW(Sym) * symbol)
{
    unsigned visibility = ELF64_ST_VISIBILITY(symbol->st_other);

    /* Weak ones are the templates and type descriptions of a C++ plug-in: every object has those that it uses. */
    return symbol->st_shndx != SHN_UNDEF && ELF64_ST_BIND(symbol->st_info) == STB_GLOBAL &&
           (visibility == STV_DEFAULT || visibility == STV_PROTECTED);
}

/* What old linkers add by themselves. */
static bool is_linkers(const char *name)
{
    static const char *const names[] = {"_init", "_fini", "_edata", "_end", "__bss_start"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static enum alm_status check_exports(const struct image *image, const char *path, struct alm_error *err)
{
    const ElfW(Ehdr) *header = part(image, 0, 1, sizeof *header);
    const ElfW(Shdr) *sections = part(image, header->e_shoff, header->e_shnum, sizeof *sections), *table = NULL;
    const char *other = NULL, *names;
    const ElfW(Sym) * symbols;
    bool entry = false;

    for (size_t i = 0; i < header->e_shnum && !table; i++)
        if (sections[i].sh_type == SHT_DYNSYM && sections[i].sh_link < header->e_shnum)
            table = &sections[i];
    if (!table) /* stripped of its sections: dlsym() will tell */
        return ALM_OK;
    const ElfW(Shdr) *text = &sections[table->sh_link];
    size_t n = table->sh_size / sizeof *symbols;

    symbols = part(image, table->sh_offset, n, sizeof *symbols);
    names = part(image, text->sh_offset, text->sh_size, 1);
    if (!symbols || !names || !text->sh_size || names[text->sh_size - 1])
        return error_set(err, ALM_UNAVAILABLE, _("build it again"), _("%s is damaged: its symbols cannot be read"),
                         path);
    for (size_t i = 0; i < n; i++) {
        if (!is_exported(&symbols[i]) || symbols[i].st_name >= text->sh_size)
            continue;
        const char *name = names + symbols[i].st_name;

        if (strcmp(name, entry_name) == 0)
            entry = true;
        else if (!other && !is_linkers(name))
            other = name;
    }
    if (!entry)
        return error_set(err, ALM_UNAVAILABLE, _("end the plug-in with ALM_PLUGIN()"),
                         _("%s is not a plug-in: it has no %s()"), path, entry_name);
    if (other)
        return error_set(err, ALM_UNAVAILABLE,
                         _("build it with -fvisibility=hidden: a plug-in exports its entry function and nothing else"),
                         _("%s exports %.60s besides %s()"), path, other, entry_name);
    return ALM_OK;
}

enum alm_status plugin_check_object(const char *path, struct alm_error *err)
{
    struct image image = {0};
    struct stat file;
    enum alm_status status = ALM_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0 || fstat(fd, &file) != 0) {
        status = error_set(err, ALM_UNAVAILABLE, NULL, "%s: %s", path, strerror(errno));
        goto out;
    }
    image.size = (size_t)file.st_size;
    if (image.size) {
        void *at = mmap(NULL, image.size, PROT_READ, MAP_PRIVATE, fd, 0);

        if (at == MAP_FAILED) {
            status = error_set(err, ALM_UNAVAILABLE, NULL, "%s: %s", path, strerror(errno));
            goto out;
        }
        image.at = at;
    }
    status = check_header(&image, path, err);
    if (status == ALM_OK)
        status = check_whole(&image, path, err);
    if (status == ALM_OK)
        status = check_exports(&image, path, err);

out:
    if (image.at)
        munmap((void *)(uintptr_t)image.at, image.size);
    if (fd >= 0)
        close(fd);
    return status;
}
