"""The rows that the tables of addresses speak of."""

from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.utils import timezone

from meetings.models import Meeting, Presentation
from members.models import Membership, Representative

from .. import factories


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
    meeting = factories.MeetingFactory(cluster=lancaster)
    article, draft = factories.ArticleFactory(association=lancaster.association), draft_article(lancaster)
    members_meeting = factories.MeetingFactory(cluster=lancaster, openness=Meeting.Openness.MEMBERS)
    return SimpleNamespace(
        people=people,
        association=lancaster.association,
        cluster=lancaster,
        firm=firm,
        member=member,
        membership=Membership.objects.get(company=firm),
        asked=factories.RepresentativeFactory(company=firm, state=Representative.State.ASKED, role="member"),
        deputy=factories.RepresentativeFactory(company=firm, role="deputy"),
        colleague=factories.ColleagueInvitationFactory(company=firm),
        logo=stored(factories.CompanyLogoFactory.build(company=firm)),
        left=factories.MembershipFactory(company=firm, cluster=furness, state=Membership.State.LEFT),
        meeting=meeting,
        answer=factories.RegistrationFactory(meeting=meeting, user=member),
        draft=factories.MeetingFactory(cluster=lancaster, state=Meeting.State.DRAFT),
        members_meeting=members_meeting,
        awaited=factories.PresentationFactory(meeting=meeting, company=firm, state="expected"),
        attended=factories.RegistrationFactory(
            meeting=meeting, user=factories.UserFactory(), state="attended"
        ),
        photo=stored(factories.MeetingPhotoFactory.build(meeting=meeting)),
        members_photo=stored(factories.MeetingPhotoFactory.build(meeting=members_meeting)),
        slides=slides(meeting, Presentation.Audience.PUBLIC),
        members_slides=slides(meeting, Presentation.Audience.MEMBERS),
        turn=factories.DutyFactory(meeting=meeting, company=firm),
        swap=factories.SwapRequestFactory(duty=meeting.duties.get()),
        room=factories.VenueFactory(cluster=lancaster, company=firm),
        absence=factories.UnavailabilityFactory(company=firm),
        article=article,
        draft_article=draft,
        article_picture=picture(article),
        draft_picture=picture(draft),
        story=factories.ArticleFactory(
            association=lancaster.association, author=member, company=firm, state="draft"
        ),
        letter=factories.LetterFactory(cluster=lancaster, state="sent"),
        draft_letter=factories.LetterFactory(cluster=lancaster),
        interest=factories.InterestFactory(association=lancaster.association),
        consent=factories.ConsentFactory(
            company=other_firm, article__association=lancaster.association, article__author=member
        ),
        proposal=factories.AgendaProposalFactory(cluster=lancaster, company=firm),
        invitation=factories.InvitationFactory(company=firm, cluster=lancaster, sent_at=timezone.now()),
        topic=factories.TopicFactory(cluster=lancaster),
        **exchange_of(lancaster, firm),
        question=factories.QuestionFactory(cluster=lancaster),
        draft_question=factories.QuestionFactory(cluster=lancaster, state="draft"),
        supporter_logo=stored(
            factories.SupporterLogoFactory.build(
                supporter=factories.SupportFactory(cluster=lancaster).supporter
            )
        ),
        quiet_logo=stored(
            factories.SupporterLogoFactory.build(
                supporter=factories.SupportFactory(cluster=lancaster, public=False).supporter
            )
        ),
        drive=factories.TargetFactory(drive__association=lancaster.association).drive,
    )


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
