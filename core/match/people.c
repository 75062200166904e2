/* SPDX-License-Identifier: MIT */
/* people: what of a person is compared, as columns of the engine. */
#include "match/match.h"

const char *const match_trait_headers[MATCH_TRAITS] = {[TRAIT_NATIONAL_ID] = "national_id",
                                                       [TRAIT_FOREIGN_ID] = "foreign_id",
                                                       [TRAIT_GIVEN] = "given_name",
                                                       [TRAIT_FAMILY] = "family_name",
                                                       [TRAIT_FATHER] = "father_name",
                                                       [TRAIT_BORN] = "birth_date",
                                                       [TRAIT_SEX] = "sex",
                                                       [TRAIT_MOBILE] = "mobile",
                                                       [TRAIT_ADDRESS] = "address",
                                                       [TRAIT_AREA] = "area"};

void match_traits(const struct register_traits *traits, struct match_trait_texts *to)
{
    to->born[0] = to->area[0] = '\0';
    to->sex[0] = traits->sex;
    to->sex[1] = '\0';
    if (traits->birth_date != ALM_NO_DATE)
        date_format(traits->birth_date, DATE_ISO, to->born, sizeof to->born);
    if (traits->area)
        snprintf(to->area, sizeof to->area, "%lld", (long long)traits->area);
    to->at[TRAIT_NATIONAL_ID] = traits->national_id;
    to->at[TRAIT_FOREIGN_ID] = traits->foreign_id;
    to->at[TRAIT_GIVEN] = traits->given_name;
    to->at[TRAIT_FAMILY] = traits->family_name;
    to->at[TRAIT_FATHER] = traits->father_name;
    to->at[TRAIT_BORN] = text_of(to->born);
    to->at[TRAIT_SEX] = text_of(to->sex);
    to->at[TRAIT_MOBILE] = traits->mobile;
    to->at[TRAIT_ADDRESS] = traits->address;
    to->at[TRAIT_AREA] = text_of(to->area);
}
