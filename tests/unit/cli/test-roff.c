/* SPDX-License-Identifier: MIT */
/* What is written into a manual page is what its reader sees: nothing of it is roff's. */
#include "../scratch.h"

#include "cli/roff.h"

static void text_is_escaped(void **state)
{
    (void)state;
    static const struct {
        const char *text, *roff;
    } cases[] = {
        {"plain", "plain\n"},
        {"--limit -1", "\\-\\-limit \\-1\n"},
        {".so evil", "\\&.so evil\n"},
        {"'Red Crescent' \"x\"", "\\&\\(aqRed Crescent\\(aq \\(dqx\\(dq\n"},
        {"back\\slash", "back\\eslash\n"},
        {"a^b~c", "a\\(hab\\(tic\n"},
        {"see `almoner init`.", "see \\fBalmoner init\\fR.\n"},
        {"one ` only", "one \\fB only\\fR\n"},
        {"آ", "\\[u0622]\n"},
        {"\xff!", "!\n"},
        {"", "\\&\n"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf out = {0}, want = {0};
        roff_item(&out, "x", cases[i].text);
        strbuf_addf(&want, ".TP\n\\fBx\\fR\n%s", cases[i].roff);
        assert_string_equal(out.at, want.at);
        strbuf_release(&out);
        strbuf_release(&want);
    }
}

static void paragraphs(void **state)
{
    (void)state;
    struct strbuf out = {0};
    roff_section(&out, "see also");
    roff_text(&out, "one\ntwo");
    roff_lines(&out, "almoner ", "init\nstatus\n");
    assert_string_equal(out.at, ".SH \"SEE ALSO\"\none\n.PP\ntwo\n.PP\n.EX\nalmoner init\nalmoner status\n.EE\n");
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(text_is_escaped), cmocka_unit_test(paragraphs)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
