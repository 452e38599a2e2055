"""Words by which mail that nobody wrote is known: subjects of delivery reports and of answers that programs give.

Plain data like ``phrases``. People write about absence and failed delivery too, so only what is unmistakable counts
wherever it stands in a subject; the rest has a place of its own.
"""

from typing import Final

from pipeline.mail.phrases import table

# Subjects of delivery reports, anywhere in the subject.
RETURNED: Final = table(
    """
    undelivered mail|undeliverable|undelivered|undeliver|returned mail|returned to sender
    delivery status notification|delivery notification|delivery failure|delivery has failed|delivery failed
    delivery report|delivery problem|delivery error|mail delivery|message delivery|mail failure|failure notice
    failed mail|mail system error|nondeliverable|non-delivery|could not be delivered|warning: message
    warning: could not send|delivery delayed|delayed mail|mail not delivered|message not delivered
    message status -
    unzustellbar|nicht zustellbar|nicht zugestellt|unzugestellt|zustellfehler|zustellung verzögert
    non remis|non distribu|échec de la remise|échec de remise|non recapitabile|impossibile recapitare
    no se puede entregar|no entregado|no se pudo entregar|mancato recapito|mancata consegna
    não entregue|não é possível entregar|não foi possível entregar
    niet bezorgd|onbestelbaar|kan inte levereras|kunne ikke leveres|kan ikke leveres|ikke leveret
    ei voitu toimittaa
    nie dostarczono|niedostarczon|nie można dostarczyć|nedoručiteln|nelze doručit|kézbesíthetetlen
    teslim edilemedi
    не доставлено|недоставлен|не удается доставить|не вдалося доставити|δεν είναι δυνατή η παράδοση
    配信できません|配信不能|配信不可|无法投递|无法送达|未送达|無法傳遞|退信|배달되지 않음|배달 못함
    """
)

# Names of automatic answers, anywhere in the subject.
AUTOMATIC: Final = table(
    """
    automatic reply|automated reply|automatic response|automated response|automatic answer
    abwesenheitsnotiz|abwesenheits-notiz|abwesenheitsnachricht|abwesenheitsassistent|abwesenheitsmeldung
    abwesenheitsbenachrichtigung|automatische antwort|automatische rückantwort|automatische eingangsbestätigung
    automatisches antwort|automatische nachricht|urlaubsbenachrichtigung
    réponse automatique|message d'absence|message d’absence|notification d'absence|avis d'absence
    respuesta automática|respuesta automatica|risposta automatica|messaggio automatico|resposta automática
    resposta automàtica|ausência temporária|erantzun automatikoa
    automatisch antwoord|automatisch bericht|afwezigheidsbericht|afwezigheidsassistent|afwezigheidsmelding
    autosvar|automatiskt svar|automatisk svar|fraværsbesked|fraværsmelding|frånvaromeddelande|sjálfvirkt svar
    automaattinen vastaus|poissaoloviesti|automaatvastus|automatinis atsakymas|automātiskā atbilde|automātiska atbilde
    odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź|automatická odpověď|automatická odpoveď
    automatikus válasz|răspuns automat|automatski odgovor|samodejni odgovor|аутоматски одговор
    автоответ|автоматический ответ|автоматичен отговор|автоматична відповідь|αυτόματη απάντηση|otomatik yanıt
    תשובה אוטומטית|מענה אוטומטי|رد تلقائي|الرد التلقائي|پاسخ خودکار|स्वचालित उत्तर
    trả lời tự động|ตอบกลับอัตโนมัติ|balasan otomatis|jawapan automatik
    自动回复|自动答复|自動回覆|自動応答|自動返信|不在通知|不在のお知らせ|休假自动|자동 회신|자동 응답|부재중
    부재 중
    """
)

# What absent people and their programs say. It counts where nothing follows that it could speak of: "out of office
# until Monday", but not "out of office paper".
ABSENT: Final = table(
    """
    auto-reply|autoreply|auto reply|auto response|auto-response|autoresponse|auto-responder|autoresponder
    vacation reply|vacation response|vacation message
    out of office|out of the office|out-of-office|away from the office|away from my mail|away from my desk
    i am away|i'm away|am on vacation|is on vacation|i'm on vacation|on annual leave|on maternity leave
    on parental leave|on sick leave|is on leave|am on leave
    nicht im büro|nicht im haus|bin abwesend|ist abwesend|bin außer haus|ist außer haus|bin im urlaub
    ist im urlaub
    absence du bureau|absent du bureau|absente du bureau|absent(e) du bureau|est absent|est absente|suis absent
    fuera de la oficina|fuera de oficina|estoy de vacaciones|fuori ufficio|fuori sede|dall'ufficio|sono in ferie
    fora do escritório|estou de férias|is afwezig|ben afwezig|niet op kantoor|met vakantie|ben op vakantie
    sono assente|è assente|nie ma mnie w biurze|nie ma mnie w pracy
    ikke på kontoret|inte på kontoret|är på semester|er på ferie|ei ole paikalla|poissa toimistolta
    poza biurem|na urlopie|mimo kancelář|mimo kanceláriu|házon kívül|irodán kívül|în afara biroului
    вне офиса|нет на месте|в отпуске|εκτός γραφείου|ofis dışında|izindeyim
    """
)
# The same in one word, which counts only as the title of the whole: at the start of the subject or of a bracket.
TITLES: Final = table(
    """
    abwesend|abwesenheit|urlaubsvertretung|absent|absence|ausente|ausencia|assente|assenza|in ferie|en vacances
    en congés|de vacaciones|de férias|ausência|afwezig|afwezigheid|frånvarande|frånvaro|fraværende|fravær|poissa
    lomalla|nieobecność|nieobecny|távollét|на отпуске|on vacation|on leave|on holiday|away|ooo|urlaub|vacation
    外出中|不在
    """
)
# Of these, people who are there speak with a colon too: "Urlaub: bitte vorher liefern".
SPOKEN: Final = table(
    """
    absent|absence|assenza|ausencia|ausência|frånvaro|fravær|in ferie|en vacances|en congés|de vacaciones
    de férias
    on vacation|on leave|on holiday|away|urlaub|vacation|urlaubsvertretung
    """
)
# Words that may follow the phrase of somebody absent.
AFTER_ABSENCE: Final = frozenset(
    table(
        """
        until|till|from|to|for|re|fw|message|notification|notice|reply|autoreply|response|assistant|today|tomorrow
        this|next|returning|back|bis|vom|von|ab|am|seit|jusqu'au|du|à|partir|hasta|desde|del|fino|al|dal|até|de|a
        auf|aus|zu|zur|of|on|regarding|concerning|suite|pour|sobre|para|su|per|op|på|na
        t/m|tot|van|vanaf|till|från|til|fra|asti|saakka|od|do|až|с|до|по|и
        """
    )
)
