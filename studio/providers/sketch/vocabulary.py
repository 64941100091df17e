"""Vocabulary of the offline painter: motifs, lighting, weather, colours and small objects.

Words are matched in lower case, phrases before the single words in them. Words in scripts without
spaces are found anywhere in the text.
"""

from __future__ import annotations


def _table(**entries: str) -> dict[str, str]:
    return {word: name for name, words in entries.items() for word in words.split(",")}


# Motifs and lights in order of precedence, for prompts that name several.
MOTIFS = _table(
    lighthouse="lighthouse,light house,beacon,harbour,harbor,island,islet,cliff,coast,pharos,"
    "leuchtturm,phare,faro,灯台,灯塔",
    icon="icon,app icon,logo,logotype,emblem,badge,favicon,glyph,图标,アイコン",
    pattern="pattern,bauhaus,geometric,geometry,tiles,tile,seamless,mosaic,abstract,grid,shapes,"
    "wallpaper,textile,poster grid,muster,图案,模様",
    kelp="kelp,seaweed,underwater,under water,reef,coral,aquarium,fish,海底",
    still_life="still life,bottle,vase,fruit,bowl,label,packaging,jar,perfume,apple,orange tree,"
    "lemon,product,wine,tonic,table,flask,mug,cup,teapot,静物,瓶",
    city="city,skyline,town,street,skyscraper,skyscrapers,metropolis,buildings,building,downtown,"
    "urban,rooftops,tower blocks,cyberpunk,architecture,stadt,ville,ciudad,城市,都市,街",
    leaves="leaves,leaf,plant,plants,fern,ferns,botanical,herbarium,flora,herbs,eucalyptus,"
    "garden,flower,flowers,blatt,叶,葉,植物",
    forest="forest,wood,woods,woodland,trees,tree,pine,pines,fir,firs,spruce,birch,jungle,taiga,"
    "wald,forêt,bosque,森,森林,树林",
    dunes="dune,dunes,desert,sahara,sand,camel,caravan,wüste,沙漠,砂漠",
    mountains="mountain,mountains,peak,peaks,alps,alpine,lake,summit,glacier,volcano,fjord,berge,"
    "montagne,山,湖",
    waves="wave,waves,sea,ocean,surf,water,tide,beach,shore,shoreline,swell,meer,mer,mar,"
    "海,波,大海",
    hills="hill,hills,valley,landscape,meadow,fields,countryside,moon,planet,horizon,range,"
    "hügel,丘,风景",
)

MOTIF_ORDER = tuple(dict.fromkeys(MOTIFS.values()))

LIGHTS = _table(
    mono="monochrome,mono,black and white,linocut,woodcut,ink drawing,grayscale,greyscale,"
    "two colours,two colors,sumi,黑白",
    mist="morning mist,spring",
    blue="blue hour,twilight,nightfall,薄明",
    night="night,midnight,nighttime,moonlit,moonlight,moon,stars,starry,nacht,nuit,noche,夜,星",
    dusk="dusk,sunset,evening,golden hour,sundown,afterglow,abend,黄昏,夕",
    dawn="dawn,sunrise,morning,daybreak,early light,morgen,aube,清晨,朝",
    noon="noon,midday,daylight,day,sunny,summer,bright,clear sky,mittag,正午,昼",
    autumn="autumn,autumnal,fall colours,fall colors,october,herbst,秋",
)
LIGHT_ORDER = tuple(dict.fromkeys(LIGHTS.values()))

WEATHERS = _table(
    storm="storm,stormy,rain,rainy,thunder,tempest,downpour,sturm,regen,暴风,嵐,雨",
    snow="snow,snowy,snowfall,winter,wintry,blizzard,frost,frosty,schnee,neige,nieve,雪",
    fog="fog,foggy,mist,misty,nebel,brume,雾,霧",
)

HUES = {
    word: hue
    for hue, words in (
        (4.0, "red,crimson,scarlet,ruby,赤,红"),
        (18.0, "coral,terracotta,rust,copper"),
        (28.0, "orange,tangerine,apricot"),
        (42.0, "amber,gold,golden,ochre,honey"),
        (52.0, "yellow,lemon yellow,黄色"),
        (84.0, "lime,chartreuse,olive"),
        (138.0, "green,emerald,绿,緑"),
        (162.0, "mint,jade,seafoam"),
        (180.0, "teal,turquoise,petrol"),
        (192.0, "cyan,aqua"),
        (214.0, "blue,navy,cobalt,azure,青,蓝"),
        (238.0, "indigo,ultramarine"),
        (264.0, "violet,lavender,lilac,ultraviolet,紫"),
        (282.0, "purple,plum,aubergine"),
        (312.0, "magenta,fuchsia"),
        (338.0, "pink,rose,blush"),
        (26.0, "brown,sepia,chocolate"),
    )
    for word in words.split(",")
}

MANNERS = _table(
    muted="muted,subdued,faded,desaturated,matte,soft palette",
    vivid="vivid,vibrant,neon,saturated,bold colours,bold colors,colourful,colorful",
    pastel="pastel,pastels,pale palette",
    grey="black and white,grayscale,greyscale,黑白",
    dark="dark,moody,gloomy,noir",
)

EXTRAS = _table(
    birds="bird,birds,gull,gulls,seagull,seagulls,鸟,鳥",
    boat="boat,boats,ship,ships,sail,sailing,sailboat,yacht,船",
    balloon="balloon,balloons,hot-air,hot air balloon",
    stars="stars,starry,milky way,星",
    moon="moon,full moon,moonlit,月",
)

# Words that select a variant of their motif.
VARIANTS = _table(
    bottle="bottle,label,perfume,wine,tonic,packaging,flask,jar,瓶",
    vase="vase,bouquet,flower,flowers",
    fruit="fruit,bowl,apple,apples,lemon,lemons,orange,oranges",
    broad="broadleaf,deciduous,beech,oak,birch",
    river="river,bridge,waterfront,canal,bay,reflection,reflections",
    chart="chart,analytics,statistics,finance,dashboard,data",
    camera="camera,photo,photography",
    music="music,audio,podcast,song",
    chat="chat,message,messages,messenger,talk",
    mail="mail,email,inbox,letter",
    heart="heart,health,love,fitness,dating",
    leaf="leaf,plant,eco,nature,garden",
    bolt="bolt,energy,power,electric,lightning,fast",
    star="star,favourite,favorite,rating",
    sun="sun,weather,sunny",
    lock="lock,security,password,vault,privacy",
    compass="compass,travel,map,explore,navigation",
    plane="plane,send,flight,arrow",
)

# A colour before one of these words is that of the object, not of the whole picture.
SUN_WORDS = frozenset({"sun", "moon", "disc", "disk", "circle"})
ACCENT_WORDS = frozenset(
    {"roof", "roofs", "stripe", "stripes", "band", "bands", "cap", "sail", "sails", "flowers",
     "flower", "boat", "balloon", "label", "door"}
)  # fmt: skip
