#include "core/spec/time_zones.h"

#include <algorithm>
#include <format>
#include <optional>
#include <span>

#include "core/base/text.h"
#include "core/spec/characters.h"
#include "core/spec/word_list.h"

namespace muster::spec {
namespace {

/// What a zone's name starts with, and the last parts of the names below it.
struct Area {
  std::string_view name;
  std::string_view places;
};

/// The zones of Debian 13's package tzdata.
constexpr Area kZones[] = {
    {"Africa",
     "Abidjan Accra Addis_Ababa Algiers Asmara Bamako Bangui Banjul Bissau Blantyre Brazzaville "
     "Bujumbura Cairo Casablanca Ceuta Conakry Dakar Dar_es_Salaam Djibouti Douala El_Aaiun "
     "Freetown Gaborone Harare Johannesburg Juba Kampala Khartoum Kigali Kinshasa Lagos "
     "Libreville Lome Luanda Lubumbashi Lusaka Malabo Maputo Maseru Mbabane Mogadishu Monrovia "
     "Nairobi Ndjamena Niamey Nouakchott Ouagadougou Porto-Novo Sao_Tome Timbuktu Tripoli Tunis "
     "Windhoek"},
    {"America",
     "Adak Anchorage Anguilla Antigua Araguaina Aruba Asuncion Atikokan Atka Bahia Bahia_Banderas "
     "Barbados Belem Belize Blanc-Sablon Boa_Vista Bogota Boise Cambridge_Bay Campo_Grande Cancun "
     "Caracas Cayenne Cayman Chicago Chihuahua Ciudad_Juarez Coral_Harbour Costa_Rica Coyhaique "
     "Creston Cuiaba Curacao Danmarkshavn Dawson Dawson_Creek Denver Detroit Dominica Edmonton "
     "Eirunepe El_Salvador Ensenada Fort_Nelson Fortaleza Glace_Bay Goose_Bay Grand_Turk Grenada "
     "Guadeloupe Guatemala Guayaquil Guyana Halifax Havana Hermosillo Inuvik Iqaluit Jamaica "
     "Juneau Kralendijk La_Paz Lima Los_Angeles Lower_Princes Maceio Managua Manaus Marigot "
     "Martinique Matamoros Mazatlan Menominee Merida Metlakatla Mexico_City Miquelon Moncton "
     "Monterrey Montevideo Montreal Montserrat Nassau New_York Nipigon Nome Noronha Nuuk Ojinaga "
     "Panama Pangnirtung Paramaribo Phoenix Port-au-Prince Port_of_Spain Porto_Acre Porto_Velho "
     "Puerto_Rico Punta_Arenas Rainy_River Rankin_Inlet Recife Regina Resolute Rio_Branco "
     "Santa_Isabel Santarem Santiago Santo_Domingo Sao_Paulo Scoresbysund Shiprock Sitka "
     "St_Barthelemy St_Johns St_Kitts St_Lucia St_Thomas St_Vincent Swift_Current Tegucigalpa "
     "Thule Thunder_Bay Tijuana Toronto Tortola Vancouver Virgin Whitehorse Winnipeg Yakutat "
     "Yellowknife"},
    {"America/Argentina",
     "Buenos_Aires Catamarca Cordoba Jujuy La_Rioja Mendoza Rio_Gallegos Salta San_Juan San_Luis "
     "Tucuman Ushuaia"},
    {"America/Indiana", "Indianapolis Knox Marengo Petersburg Tell_City Vevay Vincennes Winamac"},
    {"America/Kentucky", "Louisville Monticello"},
    {"America/North_Dakota", "Beulah Center New_Salem"},
    {"Antarctica",
     "Casey Davis DumontDUrville Macquarie Mawson McMurdo Palmer Rothera Syowa Troll Vostok"},
    {"Arctic", "Longyearbyen"},
    {"Asia",
     "Aden Almaty Amman Anadyr Aqtau Aqtobe Ashgabat Atyrau Baghdad Bahrain Baku Bangkok Barnaul "
     "Beirut Bishkek Brunei Chita Chongqing Colombo Damascus Dhaka Dili Dubai Dushanbe Famagusta "
     "Gaza Harbin Hebron Ho_Chi_Minh Hong_Kong Hovd Irkutsk Istanbul Jakarta Jayapura Jerusalem "
     "Kabul Kamchatka Karachi Kashgar Kathmandu Khandyga Kolkata Krasnoyarsk Kuala_Lumpur Kuching "
     "Kuwait Macau Magadan Makassar Manila Muscat Nicosia Novokuznetsk Novosibirsk Omsk Oral "
     "Phnom_Penh Pontianak Pyongyang Qatar Qostanay Qyzylorda Riyadh Sakhalin Samarkand Seoul "
     "Shanghai Singapore Srednekolymsk Taipei Tashkent Tbilisi Tehran Tel_Aviv Thimphu Tokyo "
     "Tomsk Ulaanbaatar Urumqi Ust-Nera Vientiane Vladivostok Yakutsk Yangon Yekaterinburg "
     "Yerevan"},
    {"Atlantic",
     "Azores Bermuda Canary Cape_Verde Faroe Jan_Mayen Madeira Reykjavik South_Georgia St_Helena "
     "Stanley"},
    {"Australia",
     "Adelaide Brisbane Broken_Hill Canberra Currie Darwin Eucla Hobart Lindeman Lord_Howe "
     "Melbourne Perth Sydney Yancowinna"},
    {"Etc",
     "GMT GMT+0 GMT+1 GMT+10 GMT+11 GMT+12 GMT+2 GMT+3 GMT+4 GMT+5 GMT+6 GMT+7 GMT+8 GMT+9 GMT-0 "
     "GMT-1 GMT-10 GMT-11 GMT-12 GMT-13 GMT-14 GMT-2 GMT-3 GMT-4 GMT-5 GMT-6 GMT-7 GMT-8 GMT-9 "
     "GMT0 Greenwich UCT UTC Universal Zulu"},
    {"Europe",
     "Amsterdam Andorra Astrakhan Athens Belfast Belgrade Berlin Bratislava Brussels Bucharest "
     "Budapest Busingen Chisinau Copenhagen Dublin Gibraltar Guernsey Helsinki Isle_of_Man "
     "Istanbul Jersey Kaliningrad Kirov Kyiv Lisbon Ljubljana London Luxembourg Madrid Malta "
     "Mariehamn Minsk Monaco Moscow Nicosia Oslo Paris Podgorica Prague Riga Rome Samara "
     "San_Marino Sarajevo Saratov Simferopol Skopje Sofia Stockholm Tallinn Tirane Tiraspol "
     "Ulyanovsk Vaduz Vatican Vienna Vilnius Volgograd Warsaw Zagreb Zurich"},
    {"", "GMT UTC"},
    {"Indian",
     "Antananarivo Chagos Christmas Cocos Comoro Kerguelen Mahe Maldives Mauritius Mayotte "
     "Reunion"},
    {"Pacific",
     "Apia Auckland Bougainville Chatham Chuuk Easter Efate Fakaofo Fiji Funafuti Galapagos "
     "Gambier Guadalcanal Guam Honolulu Johnston Kanton Kiritimati Kosrae Kwajalein Majuro "
     "Marquesas Midway Nauru Niue Norfolk Noumea Pago_Pago Palau Pitcairn Pohnpei Port_Moresby "
     "Rarotonga Saipan Samoa Tahiti Tarawa Tongatapu Wake Wallis Yap"},
};

/// The zones of its package tzdata-legacy: names of old that others have replaced.
constexpr Area kLegacyZones[] = {
    {"Africa", "Asmera"},
    {"America/Argentina", "ComodRivadavia"},
    {"America",
     "Buenos_Aires Catamarca Cordoba Fort_Wayne Godthab Indianapolis Jujuy Knox_IN Louisville "
     "Mendoza Rosario"},
    {"Antarctica", "South_Pole"},
    {"Asia",
     "Ashkhabad Calcutta Choibalsan Chungking Dacca Katmandu Macao Rangoon Saigon Thimbu "
     "Ujung_Pandang Ulan_Bator"},
    {"Atlantic", "Faeroe"},
    {"Australia", "ACT LHI NSW North Queensland South Tasmania Victoria West"},
    {"Brazil", "Acre DeNoronha East West"},
    {"",
     "CET CST6CDT Cuba EET EST EST5EDT Egypt Eire GB GB-Eire GMT+0 GMT-0 GMT0 Greenwich HST "
     "Hongkong Iceland Iran Israel Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT "
     "Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore Turkey UCT Universal W-SU WET Zulu"},
    {"Canada", "Atlantic Central Eastern Mountain Newfoundland Pacific Saskatchewan Yukon"},
    {"Chile", "Continental EasterIsland"},
    {"Europe", "Kiev Uzhgorod Zaporozhye"},
    {"Mexico", "BajaNorte BajaSur General"},
    {"Pacific", "Enderbury Ponape Truk"},
    {"US",
     "Alaska Aleutian Arizona Central East-Indiana Eastern Hawaii Indiana-Starke Michigan "
     "Mountain Pacific Samoa"},
};

bool is_in(std::span<const Area> areas, std::string_view name) {
  const std::size_t slash = name.rfind('/');
  const bool top = slash == std::string_view::npos;
  const std::string_view area = top ? "" : name.substr(0, slash);
  const std::string_view place = top ? name : name.substr(slash + 1);
  if (top != area.empty() || place.contains(' ')) return false;
  const auto known = std::ranges::find(areas, area, &Area::name);
  return known != std::ranges::end(areas) && has_word(known->places, place);
}

void add_names(std::span<const Area> areas, std::vector<std::string>& names) {
  for (const Area& area : areas) {
    const std::string start = area.name.empty() ? "" : std::format("{}/", area.name);
    for (const std::string& place : words_of(area.places)) names.push_back(start + place);
  }
}

/// "Berlin", "new york" and "EUROPE/BERLIN" as the names that end so.
std::string ending(std::string_view name) {
  std::string text = lower(name);
  std::ranges::replace(text, ' ', '_');
  return text;
}

/// The zone of a fixed distance to UTC: "UTC+1" is Etc/GMT-1, whose sign is that of POSIX.
std::optional<std::string> zone_of_offset(std::string_view name) {
  const std::string text = lower(name);
  for (const std::string_view start : {"utc", "gmt", ""}) {
    if (!text.starts_with(start)) continue;
    const std::string_view rest = std::string_view(text).substr(start.size());
    if (rest.size() < 2 || (rest[0] != '+' && rest[0] != '-')) continue;
    std::string_view hours = rest.substr(1, rest.find(':') - 1);
    if (hours.size() == 2 && hours.starts_with('0')) hours.remove_prefix(1);
    const std::string zone = std::format("Etc/GMT{}{}", rest[0] == '+' ? '-' : '+', hours);
    if (is_time_zone(zone)) return zone;
  }
  return std::nullopt;
}

}  // namespace

bool is_time_zone(std::string_view name) {
  return is_in(kZones, name) || is_in(kLegacyZones, name);
}

bool is_legacy_time_zone(std::string_view name) { return is_in(kLegacyZones, name); }

std::vector<std::string> time_zones() {
  std::vector<std::string> names;
  add_names(kZones, names);
  add_names(kLegacyZones, names);
  return names;
}

std::string suggest_time_zone(std::string_view name) {
  if (const auto zone = zone_of_offset(name)) {
    return std::format("write a place such as 'Europe/Berlin', or '{}' for {} without summer time",
                       *zone, printable(name, 80));
  }
  const std::vector<std::string> names = time_zones();
  const std::string wanted = ending(name);
  const auto place = std::ranges::find_if(names, [&](const std::string& zone) {
    const std::string known = lower(zone);
    return known == wanted || known.ends_with("/" + wanted);
  });
  if (place != names.end()) return std::format("did you mean '{}'?", *place);
  const auto near = nearest(wanted, names);
  if (near) return std::format("did you mean '{}'?", *near);
  return "write a name of the tz database, such as 'Etc/UTC' or 'Europe/Berlin'";
}

}  // namespace muster::spec
