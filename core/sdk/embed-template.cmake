# SPDX-License-Identifier: MIT
# cmake -DOUT=x.h -DFOLDER=template "-DFILES=a;b" -P embed-template.cmake: files become a table of path and text.
list(SORT FILES)
set(rows "")
foreach(file IN LISTS FILES)
  cmake_path(RELATIVE_PATH file BASE_DIRECTORY "${FOLDER}" OUTPUT_VARIABLE path)
  file(READ "${file}" text)
  string(REPLACE "\\" "\\\\" text "${text}")
  string(REPLACE "\"" "\\\"" text "${text}")
  string(REPLACE "\n" "\\n\"\n     \"" text "${text}")
  string(APPEND rows "    {\"${path}\",\n     \"${text}\"},\n")
endforeach()
file(WRITE "${OUT}" "/* Made from the files of template/. */\nstatic const struct sdk_file template_files[] = {\n${rows}};\n")
