"""The commonest words of languages, by which a text shows in which it is written.

Theory: a fifth to a half of any running text are the few dozen words that hold sentences together, and languages have
different ones. Those of a language that nobody reads here stand beside those of its neighbours that are read, as
its texts would else count as theirs: Belarusian beside Russian, Catalan beside Spanish. Words of capitals and
numbers are left out, and so is what stands in hardly any text.

Source: facts of the languages; the words are those that frequency lists of each agree upon.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

READ: Final[Mapping[str, str]] = {
    "ru": "в и на не с что по как к это из у о от за для но а его он был до же или так ее все если со было только "
    "уже также чтобы они того ему их",
    "uk": "в і на не з що у та до за як про від для це й але а його він був його й із під чи так її яка який які "
    "того також щоб вони або через після по ми ви я не так усе",
    "en": "the of and to in a is that for it was on with as be at by this are from have has or an not but which he "
    "his they their were we you will its",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er "
    "hat dass sie nach wird bei einer um am sind noch wie",
    "fr": "de la le et les des en un du une est que dans qui par pour au sur pas plus ne se ce il sont avec à son ou "
    "comme mais aux sa cette ont été nous vous non si elle on leur d'un d'une c'est",
    "es": "de la que el en y a los se del las un por con no una su para es al lo como más pero sus le ya o este ha "
    "sí porque esta entre cuando muy sin sobre ser si son fue hay",
    "it": "di e il la che in un a per è una del si con non i della da le nel al sono dei alla ha più dal come anche "
    "lo gli ma se nella su delle questo ha è i stato",
    "pt": "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu "
    "sua ou são pelo pela também",
    "nl": "de het van een en in is dat op te zijn met voor niet die aan er om door ook als maar bij of uit nog naar "
    "heeft hij ze worden wordt dan over tot deze",
    "sv": "och i att det som en på är av för med till den har de inte om ett han men var jag sig från vi så kan när "
    "efter vid där nu under också",
    "da": "og i at det er en til på som med af de for den har der ikke et var han men sig fra vi jeg om kan efter "
    "så ved også når hvor blev skal",
    "nb": "og i det er på som en til å med for at av den har de ikke et var han men seg fra vi jeg om kan etter så "
    "ved også når hvor ble skal",
    "nn": "og i det er på som ein til å med for at av den har dei ikkje eit var han men seg frå vi eg om kan etter "
    "så ved også når kor vart skal",
}
"""The languages of which names are found in every form."""

UNREAD: Final[Mapping[str, str]] = {
    "be": "і ў на не з што у да за як пра ад для гэта але а яго ён быў да із пад ці так яе якая які якія таго таксама "
    "каб яны або праз пасля па",
    "bg": "на и в да се за от не е с че са по като до са при ще към във бе или но след която който които беше само "
    "този тази това му си",
    "sr": "и у је да на се за су од са о не а као што из који која које би до али или то није по код ће након био "
    "била сам због",
    "mk": "на и во да се за од не е со дека ќе по како што ги го до при но или која кој кои ја беше само оваа овој тоа "
    "му си има",
    "kk": "мен және бұл да үшін деп де бар осы бір ол еді емес туралы болып арқылы кейін дейін оның",
    "ky": "жана бул да үчүн деп менен болуп бир ал эмес тууралуу кийин анын бар да",
    "tg": "ва дар ба аз ки бо ин барои он аст шуд буд то низ худ як ё ки мешавад",
    "tt": "һәм бу да белән өчен дип бер ул түгел турында булып аның",
    "mn": "нь энэ байна бол юм гэж болон ба тэр байсан байгаа уу үү",
    "fi": "ja on ei se että oli hän joka ovat mutta myös kun ole jo niin kuin tai sen mukaan jos joka olivat vain nyt "
    "vielä sitä ollut voi mitä eivät ovat",
    "et": "ja on ei et see oli ka kui mis ta oma või aga ning seda selle kes nii tema ole siis veel pärast üle kuid "
    "mida olid välja",
    "ro": "și de în a la cu pe nu o că să din care este un mai pentru al fi au se ce sau prin după lui o ale dar cel "
    "fost sunt si",
    "sq": "të e në dhe për me i një që nga së është se si nuk më do ka u ishte por këtë janë kjo duke edhe ky",
    "sl": "je in v na se da za so z po ki ne s pa od kot bi tudi ter pri bo do ali iz še že je bil jih lahko",
    "hr": "i u je da na se za su od s ne a kao što iz koji koja koje bi do ali ili to nije po kod će nakon bio bila "
    "sam zbog sa",
    "cs": "a se v na je že o s z do i k to ve pro by za ale jako po jsou od jeho byl které který také nebo podle při",
    "sk": "a sa v na je že o s z do i k to vo pre by za ale ako po sú od jeho bol ktoré ktorý tiež alebo podľa pri",
    "pl": "i w na z do się nie to że o jest po od za jak ale dla przez co jego był oraz który która które przy tym "
    "także jako czy będzie",
    "hu": "a az és hogy nem is egy ez de meg volt már ha csak azt mint még ki el van el vagy akkor után szerint lesz",
    "tr": "ve bir bu için de da ile olarak çok daha ne gibi olan o kadar sonra en var ancak veya değil ise her göre ki",
    "az": "və bir bu üçün də da ilə olan olaraq daha o ki sonra var deyil ən isə hər görə edib etmək",
    "uz": "va bu bilan uchun ham bir deb edi o'z esa yoki bo'lgan keyin qilish haqida lekin ular",
    "lv": "un ir ar no uz par ka kas to tas nav pie bija lai arī bet vai tā kā pēc gan jau tikai viņš ko tiek",
    "lt": "ir kad su yra į iš tai kaip bet dėl ar jis buvo apie po už nuo tik ne jau prie per dar nėra bus o taip",
    "ca": "de la i el que a en els les un per una amb del és no al dels va es com més aquest són ha als però o seva "
    "l'any ser han aquesta",
    "gl": "de a o e que do da en un para unha os no as con na se dos por non como é das ao máis súa seu foi polo pola "
    "tamén pero nun",
    "eu": "eta da ez du bat dira ere zen hau baina izan dute edo den egin bere beste dela duen zuen izango oso",
    "oc": "de la e lo los las que en un una per amb es dins dels a al del son foguèt sus o mai coma se lor",
    "ast": "de la y el que a en los les un por con una del nun ye foi al pa como más d'un so se d'una los yera tamién",
    "id": "yang dan di ini itu dengan untuk dari pada tidak dalam akan ke adalah juga oleh mereka karena telah ada "
    "kata bisa sebagai saat",
    "ms": "yang dan di ini itu dengan untuk dari pada tidak dalam akan ke adalah juga oleh mereka kerana telah ada "
    "kata boleh sebagai ialah",
    "tl": "ang ng sa na mga at ay ni si para hindi ito nang kay may ko kung niya siya pero rin naman",
    "vi": "và của là có các trong được cho không với một những này đã người khi từ để ông đến về cũng ra",
    "sw": "ya na wa kwa ni katika za la kuwa hiyo huo hii cha kama si hata baada yake wake lakini alisema",
    "af": "die van en in is het nie te wat vir sy aan dat ons hulle was by op om deur met se kan sal ook maar hy word "
    "dit so want daar wees hierdie baie",
    "fy": "de it fan en yn in is dat op te foar mei net oan troch ek as mar by út hy wurdt wie har syn sa",
    "lb": "de d an vun a mat ass fir op den datt et net dem en eng der si och um vum ze gouf huet sinn déi",
    "is": "og í að á er sem við um til það en með var ekki af fyrir hann en þess frá hafa þar verið eru hefur",
    "fo": "og í at á er sum við um til tað men av ikki fyri hann var ein frá hevur eisini eru teir",
    "cy": "yn y a i o ar yr ei am wedi mae gan oedd bod ac fod fel hyn bydd sydd wrth",
    "ga": "agus an na ar ag i is sé go le a bhí tá sin mar nach ach leis do don faoi sa",
    "gd": "agus an na air a ann do bha tha gu nach le chan eil aig fo mar sin seo no bho dhan",
    "br": "ha an ar da ur e gant eus evit war o zo en eo ne ket pe hag met oa bet ez er",
    "ia": "de le in un a que es non pro per con su o iste como esser al del plus ha",
    "mt": "li ta f il u għal ma minn fuq dan kien huwa din qal għandu jew biex b",
    "eo": "la de kaj en al estas ne por ke li kun el pri kiel kiu sed aŭ ankaŭ estis ĝi",
    "la": "et in est non ad cum ut qui quod sed per ex esse sunt ab de quam aut eius atque",
    "ht": "nan yo ki pou ak la se te yon li pa gen sou nou men nan sa epi",
    "ku": "û li bi ku ji ew de di bo jî ev re wê ber tê her dibe wek",
    "so": "oo ka ku waa in ee iyo ay u la ayaa uu waxaa aan soo kale si",
    "lad": "de la el i ke en a los las un kon por no una se su es para del ma komo esta",
}
"""Those of which they are not, and which stand near one that is, or are written with the same letters."""
