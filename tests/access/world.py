"""The rows that the tables of addresses speak of."""

from datetime import timedelta
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.utils import timezone

from meetings.models import Meeting, Presentation
from members.models import Membership, Officer, Representative

from .. import factories


def places_and_people() -> tuple:
    """What `world_of` wants, as the fixtures of tests/conftest.py name it."""
    association = factories.AssociationFactory(
        name="Lancashire & Cumbria ICT Clusters", slug="lcict", name_lines="Lancashire & Cumbria|ICT Clusters"
    )
    lancaster = factories.ClusterFactory(
        association=association, name="Lancaster & Morecambe", slug="lancaster"
    )
    furness = factories.ClusterFactory(association=association, name="Furness", slug="furness", town="Barrow")
    firm = factories.MembershipFactory(cluster=lancaster, company__name="Fellside Analytics").company
    yesterday = timezone.localdate() - timedelta(days=1)
    return (
        lancaster,
        furness,
        firm,
        factories.RepresentativeFactory(company=firm, user__name="Priya Nair").user,
        factories.OfficerFactory(cluster=lancaster, user__name="Ruth Ackroyd").user,
        factories.OfficerFactory(cluster=furness, user__name="Neil Postle").user,
        factories.OfficerFactory(cluster=lancaster, end=yesterday).user,
        factories.OfficerFactory(association=association, office=Officer.Office.SECRETARY).user,
        factories.UserFactory(name="Operator", is_superuser=True),
    )


def world_of(
    lancaster, furness, firm, member, coordinator, other_coordinator, former_coordinator, officer, operator
):
    other_firm = factories.MembershipFactory(cluster=furness, company__name="Walney Controls").company
    people = {
        "visitor": None,
        "newcomer": factories.UserFactory(),
        "member": member,
        "other_member": factories.RepresentativeFactory(company=other_firm).user,
        "coordinator": coordinator,
        "other_coordinator": other_coordinator,
        "former_coordinator": former_coordinator,
        "officer": officer,
        "operator": operator,
    }
    return SimpleNamespace(
        people=people,
        association=lancaster.association,
        cluster=lancaster,
        firm=firm,
        member=member,
        **firm_of(lancaster, furness, firm),
        **meetings_of(lancaster, firm, member),
        **articles_of(lancaster, firm, other_firm, member),
        **exchange_of(lancaster, firm),
        **supporters_of(lancaster),
        interest=factories.InterestFactory(association=lancaster.association),
        topic=factories.TopicFactory(cluster=lancaster),
        question=factories.QuestionFactory(cluster=lancaster),
        draft_question=factories.QuestionFactory(cluster=lancaster, state="draft"),
        drive=factories.TargetFactory(drive__association=lancaster.association).drive,
    )


def firm_of(cluster, another_cluster, firm) -> dict:
    """The firm with its people, and a cluster that it left."""
    return {
        "membership": Membership.objects.get(company=firm),
        "asked": factories.RepresentativeFactory(
            company=firm, state=Representative.State.ASKED, role="member"
        ),
        "deputy": factories.RepresentativeFactory(company=firm, role="deputy"),
        "colleague": factories.ColleagueInvitationFactory(company=firm),
        "invitation": factories.InvitationFactory(company=firm, cluster=cluster, sent_at=timezone.now()),
        "logo": stored(factories.CompanyLogoFactory.build(company=firm)),
        "left": factories.MembershipFactory(
            company=firm, cluster=another_cluster, state=Membership.State.LEFT
        ),
        "room": factories.VenueFactory(cluster=cluster, company=firm),
        "absence": factories.UnavailabilityFactory(company=firm),
    }


def meetings_of(cluster, firm, member) -> dict:
    """One that is public, one for members and a draft, with turns, answers, photos and slides."""
    meeting = factories.MeetingFactory(cluster=cluster)
    members_meeting = factories.MeetingFactory(cluster=cluster, openness=Meeting.Openness.MEMBERS)
    return {
        "meeting": meeting,
        "members_meeting": members_meeting,
        "draft": factories.MeetingFactory(cluster=cluster, state=Meeting.State.DRAFT),
        "answer": factories.RegistrationFactory(meeting=meeting, user=member),
        "guest": factories.RegistrationFactory(
            meeting=meeting, user=None, name="Jo Guest", email="jo@guest.example"
        ),
        "attended": factories.RegistrationFactory(
            meeting=meeting, user=factories.UserFactory(), state="attended"
        ),
        "photo": stored(factories.MeetingPhotoFactory.build(meeting=meeting)),
        "members_photo": stored(factories.MeetingPhotoFactory.build(meeting=members_meeting)),
        "awaited": factories.PresentationFactory(meeting=meeting, company=firm, state="expected"),
        "slides": slides(meeting, Presentation.Audience.PUBLIC),
        "members_slides": slides(meeting, Presentation.Audience.MEMBERS),
        "turn": factories.DutyFactory(meeting=meeting, company=firm),
        "swap": factories.SwapRequestFactory(duty=meeting.duties.get()),
        "proposal": factories.AgendaProposalFactory(cluster=cluster, company=firm),
    }


def articles_of(cluster, firm, other_firm, member) -> dict:
    """News and a draft of the association's, the member's own story, letters and a consent asked for."""
    ours = {"association": cluster.association}
    article, draft = factories.ArticleFactory(**ours), draft_article(cluster)
    return {
        "article": article,
        "draft_article": draft,
        "article_picture": picture(article),
        "draft_picture": picture(draft),
        "story": factories.ArticleFactory(**ours, author=member, company=firm, state="draft"),
        "letter": factories.LetterFactory(cluster=cluster, state="sent"),
        "draft_letter": factories.LetterFactory(cluster=cluster),
        "consent": factories.ConsentFactory(
            company=other_firm, article__association=cluster.association, article__author=member
        ),
    }


def supporters_of(cluster) -> dict:
    """The logo of one whom everybody may know, and of one that nobody shall."""
    public = factories.SupportFactory(cluster=cluster).supporter
    quiet = factories.SupportFactory(cluster=cluster, public=False).supporter
    return {
        "supporter_logo": stored(factories.SupporterLogoFactory.build(supporter=public)),
        "quiet_logo": stored(factories.SupporterLogoFactory.build(supporter=quiet)),
    }


def exchange_of(cluster, firm) -> dict:
    """What a colleague's firm asks of `firm`, through the coordinator and directly, and offers to all members."""
    other = factories.RepresentativeFactory(
        company=factories.MembershipFactory(cluster=cluster, company__name="Halfpenny Hosting").company
    ).company
    between = {"asker": other, "asked": firm, "cluster": cluster}
    forwarded = factories.IntroductionFactory(state="forwarded", **between)
    third = factories.RepresentativeFactory(company=factories.MembershipFactory(cluster=cluster).company)
    return {
        "introduction": forwarded,
        "direct": factories.IntroductionFactory(
            state="accepted", via="direct", asker=firm, asked=third.company, cluster=cluster
        ),
        "requested": factories.IntroductionFactory(asker=third.company, asked=other, cluster=cluster),
        "other_firm": other,
        "opportunity": factories.OpportunityFactory(company=firm),
        "local_opportunity": local_opportunity(cluster, other),
        "block": factories.BlockFactory(company=firm, blocked=third.company),
    }


def local_opportunity(cluster, company):
    opportunity = factories.OpportunityFactory(company=company, to_all=False)
    opportunity.clusters.add(cluster)
    return opportunity


def slides(meeting, audience):
    presentation = factories.PresentationFactory(meeting=meeting, audience=audience)
    presentation.file.save("slides.pdf", ContentFile(b"%PDF-1.4\n%%EOF\n"))
    presentation.picture.save("page.webp", ContentFile(b"RIFF"))
    return presentation


def stored(image):
    for file in (image.large, image.small):
        file.save("image.webp", ContentFile(b"RIFF"), save=False)
    image.save()
    return image


def draft_article(cluster):
    article = factories.ArticleFactory(association=cluster.association, state="draft", published_at=None)
    article.clusters.add(cluster)
    return article


def picture(article):
    picture = factories.ArticlePictureFactory.build(article=article)
    for file in (picture.large, picture.small):
        file.save("picture.webp", ContentFile(b"RIFF"), save=False)
    picture.save()
    return picture
