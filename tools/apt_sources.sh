# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# derive_sources FOLDER CODENAME SUITE: the distribution's own main package
# sources below FOLDER (/etc/apt), with SUITE in place of CODENAME, in deb822
# format. Other suites (updates, security) and other people's sources are left
# out. Prints nothing when there is no such source. To be sourced.

derive_sources() {
  local folder=$1 codename=$2 suite=$3 file
  for file in "$folder"/sources.list.d/*.sources; do
    [[ -f $file ]] && derive_from_stanzas "$codename" "$suite" "$file"
  done
  for file in "$folder"/sources.list "$folder"/sources.list.d/*.list; do
    [[ -f $file ]] && derive_from_lines "$codename" "$suite" "$file"
  done
  return 0
}

# The format of *.sources: stanzas of fields, which may go on over lines.
derive_from_stanzas() {
  awk -v codename="$1" -v suite="$2" '
    function has_word(text, word) {
      return index(" " text " ", " " word " ") > 0
    }
    function finish() {
      if (has_word(types, "deb") && has_word(suites, codename) &&
          has_word(components, "main") && tolower(enabled) != "no" &&
          uris != "" &&
          (signed_by == "" || signed_by ~ /debian-archive|BEGIN PGP/)) {
        print "Types: deb\nURIs: " uris "\nSuites: " suite
        print "Components: main"
        if (signed_by != "") print "Signed-By: " signed_by
        print ""
      }
      types = uris = suites = components = enabled = signed_by = field = ""
    }
    /^#/ { next }
    /^[ \t]*$/ { finish(); next }
    /^[ \t]/ {
      if (field == "signed-by") signed_by = signed_by "\n" $0
      if (field == "uris") { sub(/^[ \t]+/, ""); uris = uris " " $0 }
      if (field == "suites") { sub(/^[ \t]+/, ""); suites = suites " " $0 }
      next
    }
    {
      field = tolower(substr($0, 1, index($0, ":") - 1))
      value = substr($0, index($0, ":") + 1)
      gsub(/^[ \t]+|[ \t\r]+$/, "", value)
      if (field == "types") types = value
      if (field == "uris") uris = value
      if (field == "suites") suites = value
      if (field == "components") components = value
      if (field == "enabled") enabled = value
      if (field == "signed-by") signed_by = value
    }
    END { finish() }
  ' "$3"
}

# The format of *.list: deb [options] URI suite component...
derive_from_lines() {
  awk -v codename="$1" -v suite="$2" '
    $1 == "deb" {
      sub(/#.*/, "")
      signed_by = ""
      options = ""
      if (match($0, /\[[^]]*\]/)) {
        options = substr($0, RSTART + 1, RLENGTH - 2)
        $0 = substr($0, 1, RSTART - 1) " " substr($0, RSTART + RLENGTH)
      }
      count = split(options, option, /[ \t]+/)
      for (i = 1; i <= count; ++i) {
        if (tolower(option[i]) ~ /^signed-by=/) {
          signed_by = substr(option[i], index(option[i], "=") + 1)
        }
      }
      main = 0
      for (i = 4; i <= NF; ++i) if ($i == "main") main = 1
      if ($3 != codename || !main) next
      if (signed_by != "" && signed_by !~ /debian-archive/) next
      print "Types: deb\nURIs: " $2 "\nSuites: " suite "\nComponents: main"
      if (signed_by != "") print "Signed-By: " signed_by
      print ""
    }
  ' "$3"
}
