# SPDX-License-Identifier: MIT
# How a campaign is entered, list by list, in the folder of the lists.  Read by run.sh and by tests, which say what `show WORDS` and `into FILE
# WORDS` do: run almoner with these words.

# Who there is, and the goods.
prepare()
{
    show area import areas.csv
    show body import bodies.csv
    show group import groups.csv
    show base import bases.csv
    show stage import stages.csv
    show person import people.csv
    show place import places.csv

    # Goods come stage by stage, go to the kitchens and into parcels; then what is mixed, cooked, handed over.
    show stock item import items.csv
    show stock depot import depots.csv
    for stage in 1 2 3 4; do
        show stock import "stock-$stage.csv"
        sed 1d "packing-$stage.csv" >packing
        while IFS=, read -r size count depot date cost lot; do
            show parcels assemble "$size" --count "$count" --depot "$depot" --date "$date" --cost "$cost" --lot "$lot"
        done <packing
    done
    show disinfectant batch import mixing.csv
    show meals kitchen import kitchens.csv
    show meals batch import batches.csv
    show giftcards import cards.csv
    sed 1d custody.csv >custody
    while IFS=, read -r group from to; do
        into "handed-$group.txt" giftcards hand --group "$group" --from "$from" --to "$to"
    done <custody
}

# What is given.
deliver()
{
    for list in parcels meals hygiene stationery giftcards disinfection disinfectant disinfectant-places appliances doubles; do
        show delivery import "$list.csv"
    done
    show dowries import dowries.csv
    show dowries hand import handed.csv
}
