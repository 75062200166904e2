/* SPDX-License-Identifier: MIT */
#include "../scratch.h"

#include "base/base.h"

static const char *key(size_t (*function)(struct alm_text, char *, size_t), const char *text)
{
    static char buf[8][256];
    static unsigned turn;
    char *out = buf[turn++ % 8];
    size_t len = function(text_of(text), out, sizeof buf[0]);
    assert_int_equal(len, strlen(out));
    return out;
}

static void scripts_and_spellings_sound_alike(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"محمد رضا", "محمدرضا"},
        {"محمد\u200cرضا", "Mohammad-Reza"},
        {"Muhammad Reza", "mohamadreza"},
        {"علی", "Ali"},
        {"فاطمه", "Fateme"},
        {"فاطمة", "Fatemeh"},
        {"یوسف", "Yousef"},
        {"یوسف", "Yusuf"},
        {"وحید", "Vahid"},
        {"خدیجه", "Khadijeh"},
        {"قاسم", "غاسم"},
        {"صدیقه", "سدیقه"},
        {"طاهره", "تاهره"},
        {"رضا", "رظا"},
        {"چگنی", "Chegeni"},
        {"شهین", "Shahin"},
        {"ژاله", "Zhaleh"},
        {"ابراهیم", "Ebrahim"},
        {"عبد\u200cالله", "Abdollah"},
        {"پهلوان", "Pahlevan"},
        {"Philip", "Filip"},
        {"Carl", "Karl"},
    };
    for (size_t i = 0; i < COUNT_OF(same); i++)
        assert_string_equal(key(text_sound, same[i][0]), key(text_sound, same[i][1]));
}

static void other_names_sound_otherwise(void **state)
{
    (void)state;
    static const char *const other[][2] = {
        {"مهدی", "محمد"}, {"حسن", "حسین زاده"}, {"زهرا", "زینب"}, {"Anna", "Hannah"}, {"Ali", "Lila"}, {"A11", "A1"},
    };
    for (size_t i = 0; i < COUNT_OF(other); i++)
        assert_string_not_equal(key(text_sound, other[i][0]), key(text_sound, other[i][1]));
}

static void sound_of_a_sound_is_that_sound(void **state)
{
    (void)state;
    static const char *const names[] = {"پهلوی",  "Shahpahan", "saham", "Taher",   "Sha'hah", "ویدا",
                                        "Wilson", "اصغر",      "",      "1399",    "é",       "中村",
                                        "sahah",  "cecilia",   "Alex",  "O'Neill", "عیسی",    "Xerxes"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_string_equal(key(text_sound, key(text_sound, names[i])), key(text_sound, names[i]));
    char small[3];
    assert_int_equal(text_sound(text_of("مسعود"), small, sizeof small), 2);
    assert_string_equal(small, "ms");
}

static void the_sayyed_before_a_name_is_no_part_of_it(void **state)
{
    (void)state;
    static const char *const same[][2] = {
        {"سید علی", "علی"},
        {"سيد\u200cعلي", "علی"},
        {"سیده زهرا", "زهرا"},
        {"سیده\u200cزهرا", "زهرا"},
        {"سیدمحمد رضا", "سیدمحمد رضا"},
        {"سیدرضا", "رضا"},
        {"Seyed Hasan", "Hasan"},
        {"سید", "سید"},
        {"سیده", "سیده"},
        {"سیدی", "سیدی"},
        {"محمد رضا", "محمدرضا"},
    };
    for (size_t i = 0; i < COUNT_OF(same); i++)
        assert_string_equal(key(text_given_name, same[i][0]), key(text_fold_joined, same[i][1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_and_spellings_sound_alike),
        cmocka_unit_test(other_names_sound_otherwise),
        cmocka_unit_test(sound_of_a_sound_is_that_sound),
        cmocka_unit_test(the_sayyed_before_a_name_is_no_part_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
