# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Other scripts source this file for one function:
#
# derive_sources FOLDER CODENAME SUITE prints the package sources of another release
# of the distribution. It takes those sources below FOLDER (/etc/apt) that are the
# distribution's own, have its main packages, and are for the release CODENAME; it
# prints them with SUITE instead, in deb822 format. Updates, security and sources of
# other people are left out. It prints nothing when there is no such source.

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

# Reads *.sources: stanzas of fields; a field may continue on the next lines.
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

# Reads *.list: lines of the form deb [options] URI suite component...
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
